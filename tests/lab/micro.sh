# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command), after micro.mk has put a line
# in front that sets $sequences: the micro-hypervisor with each of them, in both
# arms, and where it cannot run. What it leaves in /out is judged by check_micro.c.

# L1 ends by itself, and with it its QEMU.
cannot_run() { # name, kvm_intel's parameters, CPU
	modprobe kvm_intel nested=1 $2 || exit 1
	qemu-system-x86_64 -M microvm,acpi=off,rtc=on -accel kvm -cpu "$3" -m 64 -nodefaults \
		-no-user-config -display none -serial stdio -no-reboot -kernel /boot/micro \
		</dev/null >"/out/$1.log" 2>"/out/$1.err"
	rmmod kvm_intel
}

cannot_run no_vmx "" host,-vmx
cannot_run no_ept ept=0 host
cannot_run no_unrestricted unrestricted_guest=0 host

i=0
for s in $sequences; do
	echo "micro.sh: $s"
	nestprof ab --l1 micro --l1-sequence "$s" --l1-kernel /boot/micro --runner /usr/bin/runner \
		--qemu-version lab --arms shadow-off,shadow-on --workloads cpuid --iterations 50 \
		--repetitions 1 --verify --no-charts -o "/out/$i" >"/out/$i.txt" || exit 1
	i=$((i + 1))
done
