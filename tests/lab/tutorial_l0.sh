#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command): what docs/tutorial.md shows, command by
# command, of an L1 that runs CPUIDs and port writes in L2.

# A moment of emulated time is many of ours: look often, but not for ever.
wait_for() { # pattern file
	tries=0
	until grep -q "$1" "$2" 2>/dev/null || [ $tries -ge 1000 ]; do
		usleep 20000
		tries=$((tries + 1))
	done
}

attached() {
	[ "$(ls -l "/proc/$1/fd" | grep -cE "bpf_link|bpf-raw|perf_event")" -ge 2 ]
}

begin_l1() {
	rm -f /tmp/in
	mkfifo /tmp/in
	qemu-system-x86_64 -name guest=web -M microvm,acpi=on,ioapic2=off,rtc=on -bios qboot.rom -accel kvm,kernel-irqchip=on -cpu host -m 256 \
		-nodefaults -no-user-config -display none -serial stdio -no-reboot \
		-kernel /boot/vmlinux -initrd /boot/l1.cpio \
		-append "console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable no_timer_check cryptomgr.notests initcall_blacklist=load_system_certificate_list reboot=t panic=-1" \
		</tmp/in >/tmp/l1.log 2>&1 &
	qemu=$!
	exec 3>/tmp/in
	wait_for "@np ready" /tmp/l1.log
}

end_l1() {
	echo quit >&3
	wait $qemu
	exec 3>&-
	rm -f /tmp/l1.log
}

# A command as a user gives it, while L2 works. Its output is /out/NAME.
watch() { # name, command
	name=$1
	shift
	echo "tutorial.sh: $*"
	echo "# $*" >"/out/$name"
	"$@" >>"/out/$name" 2>&1 &
	watcher=$!
	tries=0
	until attached $watcher || [ $tries -ge 500 ]; do
		usleep 20000
		tries=$((tries + 1))
	done
	: >/tmp/l1.log
	echo "run cpuid 4000" >&3
	wait_for "@np result cpuid" /tmp/l1.log
	echo "run pio 400" >&3
	wait_for "@np result pio" /tmp/l1.log
	wait $watcher
}

for on in 0 1; do
	rmmod kvm_intel 2>/dev/null
	modprobe kvm_intel nested=1 enable_shadow_vmcs=$on || exit 1
	nestprof doctor >/out/doctor-$on 2>&1
	begin_l1
	watch stat-$on nestprof stat --vm web -d 2
	watch fields-$on nestprof fields --vm web -d 2
	end_l1
done
exit 0
