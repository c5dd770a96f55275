# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command), after a line that sets $sequences: what
# the micro-hypervisor measures with each, in both arms, and which fields it accesses.
i=0
for s in $sequences; do
	echo "predict.sh: $s"
	nestprof ab --l1 micro --l1-sequence "$s" --l1-kernel /boot/micro --runner /usr/bin/runner \
		--qemu-version lab --arms shadow-off,shadow-on --workloads cpuid --iterations 600 \
		--repetitions 3 --fields --no-charts -o "/out/$i" >"/out/$i.txt" || exit 1
	i=$((i + 1))
done
