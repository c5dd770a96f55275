# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command), after fields.mk has put a line in
# front that sets $sequences: the micro-hypervisor with each of them, in both arms, and
# which VMCS fields it accessed. What it leaves in /out is judged by check_fields.c.
i=0
for s in $sequences; do
	echo "fields.sh: $s"
	nestprof ab --l1 micro --l1-sequence "$s" --l1-kernel /boot/micro --runner /usr/bin/runner \
		--qemu-version lab --arms shadow-off,shadow-on --workloads cpuid --iterations 50 \
		--repetitions 1 --fields --no-charts -o "/out/$i" >"/out/$i.txt" || exit 1
	i=$((i + 1))
done
