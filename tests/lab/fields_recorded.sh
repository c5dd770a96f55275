#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command): fields beside record --fields on the same
# accesses, with shadow VMCS off and on, and on while ftrace's kvm_exit has KVM read L1's
# instruction pointer before us. What it leaves in /out is judged by check_fields_recorded.c.
say() {
	echo "fields_recorded.sh: $*"
}

# A moment of emulated time is many of ours: look often, but not for ever.
wait_for() { # pattern file
	tries=0
	until grep -q "$1" "$2" 2>/dev/null || [ $tries -ge 1000 ]; do
		usleep 20000
		tries=$((tries + 1))
	done
}

# Until the programs of a nestprof are attached: so many of them.
attached() { # name, programs
	tries=0
	until [ "$(ls -l "/proc/$(cat "/tmp/$1.pid")/fd" | grep -cE "bpf_link|bpf-raw|perf_event")" -ge "$2" ] ||
		[ $tries -ge 500 ]; do
		usleep 20000
		tries=$((tries + 1))
	done
}

# A nestprof that goes on until it is told to end.
beside() { # name, arguments
	name=$1
	shift
	(
		nestprof "$@" >"/out/$name.json" 2>"/out/$name.err" &
		echo $! >"/tmp/$name.pid"
		wait $!
		echo $? >"/out/$name.status"
	) &
}

tell() { # name
	kill -INT "$(cat "/tmp/$1.pid")"
	wait_for . "/out/$1.status"
}

run_in_l2() { # workload iterations
	echo "run $1 $2" >&3
	wait_for "@np result $1 $2 " /out/l1.$run.log
}

mkfifo /tmp/in
for run in 0 1 2; do
	arm=$((run > 0))
	modprobe kvm_intel nested=1 enable_shadow_vmcs=$arm || exit 1
	echo $((run == 2)) >/sys/kernel/tracing/events/kvm/kvm_exit/enable || exit 1
	# Both begin before there is a VM, and end after it: they see the same.
	beside live$run fields --json
	beside record$run record --fields -o /out/fields$run.rec
	attached live$run 5
	attached record$run 5
	say "run $run: L1, shadow VMCS $arm"
	qemu-system-x86_64 -name guest=web,debug-threads=on -M microvm,acpi=on,ioapic2=off,rtc=on -bios qboot.rom -accel kvm,kernel-irqchip=on \
		-cpu host -m 256 -nodefaults -no-user-config -display none -serial stdio -no-reboot \
		-kernel /boot/vmlinux -initrd /boot/l1.cpio \
		-append "console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable no_timer_check cryptomgr.notests initcall_blacklist=load_system_certificate_list reboot=t panic=-1" \
		</tmp/in >/out/l1.$run.log 2>&1 &
	qemu=$!
	exec 3>/tmp/in
	wait_for "@np ready" /out/l1.$run.log
	run_in_l2 cpuid 30
	run_in_l2 pio 5
	sleep 3 # nothing new for so long: live, the hook on entries is out
	say "workloads" # so far apart that it is not in again, for a moment, for both
	run_in_l2 cpuid 300
	usleep 300000
	run_in_l2 pio 50
	echo quit >&3
	wait $qemu
	exec 3>&-
	tell live$run
	tell record$run
	echo 0 >/sys/kernel/tracing/events/kvm/kvm_exit/enable
	rmmod kvm_intel
	echo $? >/out/rmmod.$run.status
done
