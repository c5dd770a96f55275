#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command): stat while VMs come and go
# and kvm_intel is unloaded, with ftrace's hist triggers on the same events.
# What it leaves in /out is judged by check_stat.c.
instance=/sys/kernel/tracing/instances/check
events="kvm_exit:exit_reason kvm_nested_vmexit:exit_reason kvm_nested_vmexit_inject:exit_code kvm_nested_vmenter:isa"

say() {
	echo "stat.sh: $*"
}

# A moment of emulated time is many of ours: look often.
wait_for() { # pattern file
	until grep -q "$1" "$2" 2>/dev/null; do
		usleep 20000
	done
}

# ... but not for ever.
wait_some() { # pattern file
	tries=0
	until grep -q "$1" "$2" 2>/dev/null || [ $tries -ge 200 ]; do
		usleep 20000
		tries=$((tries + 1))
	done
}

# stat that goes on until it is told to end, or ends by itself.
stat_beside() { # name, options
	name=$1
	shift
	(
		nestprof stat "$@" >"/out/$name" 2>"/out/$name.err" &
		echo $! >"/tmp/$name.pid"
		wait $!
		echo $? >"/out/$name.status"
	) &
}

# top on a pseudo-terminal, which telnetd makes. There is no terminfo database
# in L0: the entry (clear, cup, 80x24) is made by tic, and infocmp -Q2.
start_top() {
	terminfo="b64:GgEaAAIAAwALABkAbnB8bm8gbW9yZSB0aGFuIHRvcCBuZWVkcwAAAVAA__8YAP____________8AAP__________CAAbW0gbWzJKABtbJWklcDElZDslcDIlZEgA"
	cat >/tmp/run_top <<EOF
#!/bin/sh
stty rows 24 cols 80
stty -g >/out/top.before
TERM=np TERMINFO=$terminfo nestprof top --vm web -I 0.5 2>/out/top.err
echo \$? >/out/top.status
stty -g >/out/top.after
EOF
	chmod +x /tmp/run_top
	mkdir -p /dev/pts
	mount -t devpts devpts /dev/pts
	ifconfig lo 127.0.0.1 up
	mkfifo /tmp/keys
	telnetd -F -b 127.0.0.1 -l /tmp/run_top 2>/out/telnetd.err &
	telnetd=$!
	usleep 100000
	nc 127.0.0.1 23 </tmp/keys >/out/top.screen &
	exec 4>/tmp/keys
	wait_some "exits/s" /out/top.screen
	(printf 3 >&4) # a subshell: nobody may be there to read it
}

# ... which has shown by then what ran in L2.
end_top() {
	wait_some "CPUID" /out/top.screen
	(printf q >&4)
	wait_some . /out/top.status
	wait_some . /out/top.after
	exec 4>&-
	kill $telnetd
}

triggers() { # prefix
	for e in $events; do
		echo "$1hist:keys=${e#*:}" >>"$instance/events/kvm/${e%:*}/trigger"
	done
}

# QEMU in the background, with an L1 that serves what is written to /tmp/NAME.in.
start_l1() { # name
	mkfifo "/tmp/$1.in"
	qemu-system-x86_64 -name "guest=$1,debug-threads=on" -M microvm,acpi=on,ioapic2=off,rtc=on -bios qboot.rom \
		-accel kvm,kernel-irqchip=on -cpu host -m 256 -nodefaults -no-user-config -display none \
		-serial stdio -no-reboot -kernel /boot/vmlinux -initrd /boot/l1.cpio \
		-append "console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable no_timer_check cryptomgr.notests initcall_blacklist=load_system_certificate_list reboot=t panic=-1" \
		<"/tmp/$1.in" >"/out/$1.log" 2>&1 &
}

# A command that runs a workload in L1 "web" and waits for its end: /tmp/run_WORKLOAD.
in_web() { # workload iterations
	cat >"/tmp/run_$1" <<EOF
#!/bin/sh
echo run $1 $2 >/tmp/web.in
until grep -q "@np result $1 $2 " /out/web.log; do usleep 20000; done
echo done
EOF
	chmod +x "/tmp/run_$1"
}

single() {
	printf 'run cpuid 100\nquit\n' | runner >>/out/single.log
}

modprobe kvm_intel nested=1 enable_shadow_vmcs=0 || exit 1
mkdir "$instance"
stat_beside all.json -a -I 1 --fast-path --json
stat_beside vcpu.csv --by vcpu -I 1 --csv
wait_for interval /out/all.json
wait_for interval /out/vcpu.csv
triggers ""

say "VMs that come and go"
single
single

say "L1"
start_l1 web
qemu=$!
exec 3>/tmp/web.in
wait_for "@np ready" /out/web.log
stat_beside vm.txt --vm web -I 0.5
nestprof stat --vm nobody 2>/out/nobody.err
echo $? >/out/nobody.status
nestprof stat -p $$ 2>/out/no_vm.err
echo $? >/out/no_vm.status
start_top
say "workloads"
wait_for " s to " /out/vm.txt
echo "run cpuid 500" >&3
wait_for "@np result cpuid" /out/web.log
end_top
in_web pio 50
nestprof stat -p $qemu /tmp/run_pio >/out/command.txt 2>/out/command.err
echo $? >/out/command.status
nestprof stat -I 0.1 2>/out/pipe.err | head -n 1 >/out/pipe.txt
echo quit >&3
wait $qemu
wait_for . /out/vm.txt.status

say "kvm_intel unloaded while attached"
# A hook that a vCPU's first entry into L2 brought in can be there for a second yet.
tries=0
until rmmod kvm_intel 2>/out/rmmod.err || [ $((tries += 1)) -gt 40 ]; do
	usleep 50000
done
[ ! -e /sys/module/kvm_intel ]
echo $? >/out/rmmod.status
[ ! -e /sys/module/kvm_intel ] || exit 1
wait_for "was unloaded" /out/all.json.err
modprobe kvm_intel nested=1
stat_beside cut.txt -I 0.1 sleep 1000
wait_for " s to " /out/cut.txt
single
kill -TERM "$(cat /tmp/cut.txt.pid)"
wait_for . /out/cut.txt.status
pidof sleep >/out/left_behind

grep VmHWM "/proc/$(cat /tmp/all.json.pid)/status" >/out/memory
end_stats() { # names
	for name; do
		kill -INT "$(cat "/tmp/$name.pid")"
		wait_for . "/out/$name.status"
	done
}

save_triggers() { # prefix of the files
	for e in $events; do
		cat "$instance/events/kvm/${e%:*}/hist" >"/out/$1.${e%:*}"
	done
	triggers "!"
}

end_stats all.json vcpu.csv
save_triggers hist

say "two VMs at once, with shadow VMCS, and times"
rmmod kvm_intel
modprobe kvm_intel nested=1 enable_shadow_vmcs=1 || exit 1
echo "p:np/to_shadow nested_sync_vmcs12_to_shadow" >>/sys/kernel/tracing/kprobe_events
events="$events ../np/to_shadow:common_pid"
stat_beside on.json -a -I 1 --by vm --json --phases-every 1 --shadow-sync
wait_for interval /out/on.json
grep -h verified_insns /proc/"$(cat /tmp/on.json.pid)"/fdinfo/* >/out/verified
triggers ""
rm /tmp/web.in
start_l1 web
web=$!
start_l1 db
db=$!
exec 3>/tmp/web.in 4>/tmp/db.in
wait_for "@np ready" /out/web.log
wait_for "@np ready" /out/db.log
echo "run cpuid 201" >&3
echo "run vmcall 301" >&4
wait_for "@np result cpuid 201" /out/web.log
wait_for "@np result vmcall 301" /out/db.log
echo quit >&4
wait $db
kill -STOP $web # or it goes on while one has stopped to count, and the other has not
end_stats on.json
events=${events% ../np*}
cat "$instance/events/np/to_shadow/hist" >/out/hist_on.to_shadow
save_triggers hist_on
kill -CONT $web

say "round trips of one VM, beside those that its runner measured"
for w in cpuid vmcall pio; do
	for n in 202 602 1002 1402; do # as in check_stat_times.c
		in_web $w $n
		nestprof stat -p $web --phases-every 1 --json /tmp/run_$w \
			>/out/trips_$w.$n.json 2>/dev/null
	done
done
echo quit >&3
wait $web
echo "!hist:keys=common_pid" >>"$instance/events/np/to_shadow/trigger"
rmdir "$instance"
echo "-:np/to_shadow" >>/sys/kernel/tracing/kprobe_events
