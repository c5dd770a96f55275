#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command): record beside stat and
# ftrace's hist triggers on the same events, and recordings that end as they
# should not. What it leaves in /out is judged by check_record.c.
instance=/sys/kernel/tracing/instances/check
events="kvm_exit:exit_reason kvm_nested_vmexit_inject:exit_code kvm_nested_vmenter:isa"

say() {
	echo "record.sh: $*"
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

# A nestprof that goes on until it is told to end, or ends by itself.
beside() { # name, arguments
	name=$1
	shift
	(
		nestprof "$@" >"/out/$name.out" 2>"/out/$name.err" &
		echo $! >"/tmp/$name.pid"
		wait $!
		echo $? >"/out/$name.status"
	) &
}

tell() { # signal, name
	kill "-$1" "$(cat "/tmp/$2.pid")"
	wait_for . "/out/$2.status"
}

triggers() { # prefix
	for e in $events; do
		echo "$1hist:keys=${e#*:}" >>"$instance/events/kvm/${e%:*}/trigger"
	done
}

modprobe kvm_intel nested=1 enable_shadow_vmcs=1 || exit 1
mkdir "$instance"
mkfifo /tmp/in
# Both begin before there is a VM, and end after it: they see the same.
beside stat stat --json --shadow-sync
beside record record -o /out/all.rec --shadow-sync
beside second record -o /out/second.rec --counts-only -d 1000
attached stat 9
attached record 9
attached second 4
triggers ""

say "L1"
qemu-system-x86_64 -name guest=web,debug-threads=on -M microvm,acpi=on,ioapic2=off,rtc=on -bios qboot.rom -accel kvm,kernel-irqchip=on \
	-cpu host -m 256 -nodefaults -no-user-config -display none -serial stdio -no-reboot \
	-kernel /boot/vmlinux -initrd /boot/l1.cpio \
	-append "console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable no_timer_check cryptomgr.notests initcall_blacklist=load_system_certificate_list reboot=t panic=-1" \
	</tmp/in >/out/l1.log 2>&1 &
qemu=$!
exec 3>/tmp/in
wait_for "@np ready" /out/l1.log
nestprof record -o /out/all.rec 2>/out/exists.err
echo $? >/out/exists.status
beside killed record -o /out/killed.rec
beside reader record -p $qemu -o /out/vm.rec
mkdir /tmp/full
mount -t tmpfs -o size=8k none /tmp/full
beside full record -o /tmp/full/some.rec
(nestprof record -o - 2>/out/pipe.err; echo $? >/out/pipe.status) | head -c 3000 >/out/pipe.rec
attached killed 5
attached reader 5
attached full 5
say "workloads"
echo "run cpuid 2000" >&3
wait_for "@np result cpuid" /out/l1.log
usleep 1500000 # a frame holds a second
tell KILL killed
echo "run pio 100" >&3
wait_for "@np result pio" /out/l1.log
wait_for . /out/full.status
cp /tmp/full/some.rec /out/full.rec
echo quit >&3
wait $qemu
wait_for . /out/reader.status

for e in $events; do
	cat "$instance/events/kvm/${e%:*}/hist" >"/out/hist.${e%:*}"
done
grep VmHWM "/proc/$(cat /tmp/record.pid)/status" >/out/memory
tell TERM second
tell INT record
tell INT stat
triggers "!"
rmdir "$instance"
rmmod kvm_intel
echo $? >/out/rmmod.status
nestprof report /out/all.rec >/out/report.txt 2>/out/report.err
echo $? >/out/report.status
