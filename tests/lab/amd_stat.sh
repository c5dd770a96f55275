#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the L0 of the AMD lab (nestprof lab --cpu amd --l0-command): what stat says of a
# workload in L2, and what report says of a recording of the same one, with virtual GIF off
# and on. docs/amd.md shows it.
start_l1() { # name
	mkfifo "/tmp/$1.in"
	qemu-system-x86_64 -name "guest=$1,debug-threads=on" -M microvm,acpi=on,ioapic2=off,rtc=on -bios qboot.rom \
		-accel kvm,kernel-irqchip=on -cpu host -m 256 -nodefaults -no-user-config -display none \
		-serial stdio -no-reboot -kernel /boot/vmlinux -initrd /boot/l1.cpio \
		-append "console=ttyS0,115200 quiet mitigations=off nokaslr tsc=reliable no_timer_check no-kvmapf cryptomgr.notests initcall_blacklist=load_system_certificate_list reboot=t panic=-1" \
		<"/tmp/$1.in" >"/out/$1.log" 2>&1 &
}

wait_for() { # pattern file
	until grep -q "$1" "$2" 2>/dev/null; do
		usleep 20000
	done
}

# A command that runs a workload in L1 and waits for its end.
run_in() { # name workload iterations
	cat >"/tmp/run_$1" <<END
#!/bin/sh
before=\$(grep -c "@np result" /out/$1.log)
echo run $2 $3 >/tmp/$1.in
until [ "\$(grep -c "@np result" /out/$1.log)" -gt "\$before" ]; do usleep 20000; done
END
	chmod +x "/tmp/run_$1"
}

for vgif in 0 1; do
	l1=vgif$vgif
	modprobe kvm_amd nested=1 vgif=$vgif || exit 1
	start_l1 $l1
	qemu=$!
	exec 3>/tmp/$l1.in
	wait_for "@np ready" /out/$l1.log
	run_in $l1 cpuid 1000
	nestprof stat -p $qemu /tmp/run_$l1 >/out/stat-$l1.txt 2>/out/stat-$l1.err || exit 1
	nestprof stat --json -p $qemu /tmp/run_$l1 >/out/stat-$l1.json || exit 1
	nestprof record -p $qemu -o /out/$l1.np /tmp/run_$l1 2>/out/record-$l1.err || exit 1
	nestprof report /out/$l1.np >/out/report-$l1.txt || exit 1
	echo quit >&3
	exec 3>&-
	wait $qemu
	rmmod kvm_amd
done
