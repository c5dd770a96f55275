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

single() {
	printf 'run cpuid 100\nquit\n' | runner >>/out/single.log
}

modprobe kvm_intel nested=1 enable_shadow_vmcs=0 || exit 1
mkdir "$instance"
stat_beside all.json -a -I 1 --json
stat_beside vcpu.csv --by vcpu -I 1 --csv
wait_for interval /out/all.json
wait_for interval /out/vcpu.csv
triggers ""

say "VMs that come and go"
single
single

say "L1"
mkfifo /tmp/in
qemu-system-x86_64 -name guest=web,debug-threads=on -M microvm,acpi=off,rtc=on -accel kvm \
	-cpu host -m 256 -nodefaults -no-user-config -display none -serial stdio -no-reboot \
	-kernel /boot/vmlinux -initrd /boot/l1.cpio \
	-append "console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable no_timer_check cryptomgr.notests initcall_blacklist=load_system_certificate_list reboot=t panic=-1" \
	</tmp/in >/out/l1.log 2>&1 &
qemu=$!
exec 3>/tmp/in
wait_for "@np ready" /out/l1.log
stat_beside vm.txt --vm web -I 0.5
nestprof stat --vm nobody 2>/out/nobody.err
echo $? >/out/nobody.status
nestprof stat -p $$ 2>/out/no_vm.err
echo $? >/out/no_vm.status
start_top
say "workloads"
wait_for " s to " /out/vm.txt
echo "run cpuid 500" >&3
wait_for "@np result cpuid" /out/l1.log
end_top
cat >/tmp/run_pio <<EOF
#!/bin/sh
echo run pio 50 >/tmp/in
until grep -q "@np result pio" /out/l1.log; do usleep 20000; done
echo done
EOF
chmod +x /tmp/run_pio
nestprof stat -p $qemu /tmp/run_pio >/out/command.txt 2>/out/command.err
echo $? >/out/command.status
nestprof stat -I 0.1 2>/out/pipe.err | head -n 1 >/out/pipe.txt
echo quit >&3
wait $qemu
wait_for . /out/vm.txt.status

say "kvm_intel unloaded while attached"
rmmod kvm_intel
echo $? >/out/rmmod.status
wait_for "was unloaded" /out/all.json.err
modprobe kvm_intel nested=1
stat_beside cut.txt -I 0.1 sleep 1000
wait_for " s to " /out/cut.txt
single
kill -TERM "$(cat /tmp/cut.txt.pid)"
wait_for . /out/cut.txt.status
pidof sleep >/out/left_behind

grep VmHWM "/proc/$(cat /tmp/all.json.pid)/status" >/out/memory
kill -INT "$(cat /tmp/all.json.pid)"
kill -TERM "$(cat /tmp/vcpu.csv.pid)"
wait_for . /out/all.json.status
wait_for . /out/vcpu.csv.status
for e in $events; do
	cat "$instance/events/kvm/${e%:*}/hist" >"/out/hist.${e%:*}"
done
triggers "!"
rmdir "$instance"
