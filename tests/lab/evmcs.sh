#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command): an L1 that takes L0 for Hyper-V, and so
# has its VMCS in memory. fields says so, and that hardly any access exits.
say() {
	echo "evmcs.sh: $*"
}

give_up() { # why
	say "$1"
	exit 1
}

# A moment of emulated time is many of ours: look often, but not for ever.
wait_for() { # pattern, in L1's log so many times
	tries=0
	until [ "$(grep -c "$1" /out/l1.log)" -ge "$2" ]; do
		usleep 20000
		[ $((tries += 1)) -lt 1000 ] || give_up "L1 does not say $1"
	done
}

# Until the programs of a nestprof are attached: so many of them.
attached() { # pid, programs
	tries=0
	until [ "$(ls -l "/proc/$1/fd" | grep -cE "bpf_link|bpf-raw|perf_event")" -ge "$2" ]; do
		usleep 20000
		[ $((tries += 1)) -lt 500 ] || give_up "fields attaches no hooks"
	done
}

mkfifo /tmp/in
modprobe kvm_intel nested=1 enable_shadow_vmcs=1 || exit 1
say "L1"
# Without its signature for KVM, L1 sees that of Hyper-V.
qemu-system-x86_64 -name guest=web,debug-threads=on -M microvm,acpi=off,rtc=on -accel kvm \
	-cpu host,kvm=off,hv-relaxed,hv-vapic,hv-time,hv-vpindex,hv-evmcs -m 256 -nodefaults \
	-no-user-config -display none -serial stdio -no-reboot \
	-kernel /boot/vmlinux -initrd /boot/l1.cpio \
	-append "console=ttyS0,115200 mitigations=off nokaslr tsc=reliable no_timer_check cryptomgr.notests initcall_blacklist=load_system_certificate_list reboot=t panic=-1" \
	</tmp/in >/out/l1.log 2>&1 &
qemu=$!
exec 3>/tmp/in
n=0
wait_for "@np ready" 1
for name in fields record; do
	if [ $name = fields ]; then
		nestprof fields --json >/out/fields.json 2>/out/fields.err &
	else
		nestprof record --fields -o /out/fields.rec >/dev/null 2>/out/record.err &
	fi
	np=$!
	attached $np 5
	say "$name"
	echo "run cpuid 300" >&3
	wait_for "@np result cpuid" $((n += 1))
	kill -INT $np
	wait $np
	say "$name: $(cat /out/$name.err)"
	grep -q "L1 uses Hyper-V's enlightened VMCS on 1 vCPU: " /out/$name.err ||
		give_up "$name did not say so"
done
say "$(cut -c1-120 /out/fields.json)"
grep -q '"enlightened":1,' /out/fields.json || give_up "the JSON does not say so"
echo quit >&3
wait $qemu
exit 0
