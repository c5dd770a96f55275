#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command): what L0's clock says, to the nanosecond, after
# each of some spells of idleness.
spell=0
while [ $((spell += 1)) -le 10 ]; do
	i=0
	while [ $((i += 1)) -le 60 ]; do
		usleep 3000
	done
	grep "^now at" /proc/timer_list >>/out/now.txt
done
