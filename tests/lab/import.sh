#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command): one run recorded by nestprof, perf and
# trace-cmd at once. What it leaves in /out is judged by check_import.c.
say() {
	read -r up _ </proc/uptime
	echo "import.sh: $up s: $*"
}

wait_for() { # pattern file
	tries=0
	until grep -q "$1" "$2" 2>/dev/null || [ $tries -ge 3000 ]; do
		usleep 20000
		tries=$((tries + 1))
	done
}

until_true() {
	tries=0
	until "$@" || [ $tries -ge 1000 ]; do
		usleep 20000
		tries=$((tries + 1))
	done
}

fds_of() { # pid pattern
	ls -l "/proc/$1/fd" | grep -cE "$2"
}

record_is_on() {
	[ "$(fds_of "$(cat /tmp/record.pid)" "bpf_link|bpf-raw|perf_event")" -ge 5 ]
}

others_are_on() {
	grep -q 1 /sys/kernel/tracing/events/kvm/kvm_exit/enable &&
		[ "$(fds_of $perf perf_event)" -ge 4 ]
}

modprobe kvm_intel nested=1 enable_shadow_vmcs=0 || exit 1
mkfifo /tmp/in
qemu-system-x86_64 -name guest=web,debug-threads=on -M microvm,acpi=on,ioapic2=off,rtc=on -bios qboot.rom -accel kvm,kernel-irqchip=on \
	-cpu host -m 256 -nodefaults -no-user-config -display none -serial stdio -no-reboot \
	-kernel /boot/vmlinux -initrd /boot/l1.cpio \
	-append "console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable no_timer_check cryptomgr.notests initcall_blacklist=load_system_certificate_list reboot=t panic=-1" \
	</tmp/in >/out/l1.log 2>&1 &
say "L1 starts"
qemu=$!
exec 3>/tmp/in
wait_for "@np ready" /out/l1.log
say "L1 is ready"
# While the VM is stopped nothing exits: all three begin and end in its sleep.
kill -STOP $qemu
(
	nestprof record --phases-every 1 -o /out/run.rec >/out/record.log 2>&1 &
	echo $! >/tmp/record.pid
	wait $!
	echo $? >/out/record.status
) &
say "recording"
until_true record_is_on
# Its symbols would be most of what trace-cmd writes, and nobody asks for them here.
mount -o bind /dev/null /proc/kallsyms
$(nestprof record --perf -o /out/run.data | tr -d "'") >/out/perf.log 2>&1 &
perf=$!
$(nestprof record --trace-cmd -o /out/run.dat | tr -d "'") >/out/trace-cmd.log 2>&1 &
trace_cmd=$!
until_true others_are_on
usleep 300000
kill -CONT $qemu
say "workloads"
for w in "cpuid 500" "pio 100" "vmcall 200"; do
	echo "run $w" >&3
	wait_for "@np result ${w% *}" /out/l1.log
	say "$w"
done
say "stopping"
kill -STOP $qemu
usleep 300000
kill -INT $trace_cmd
wait $trace_cmd
say "trace-cmd is done"
kill -INT $perf "$(cat /tmp/record.pid)"
wait $perf
say "perf is done"
wait_for . /out/record.status
say "nestprof is done"
# What is sent out of the machine takes minutes for each MiB.
for f in run.data run.dat; do
	gzip -1 /out/$f
done
say "packed"
kill -CONT $qemu
echo quit >&3
wait $qemu
