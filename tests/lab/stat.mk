# SPDX-License-Identifier: GPL-2.0-only
# stat in the lab: its counts equal ftrace's while VMs come and go, its times L1's own.
# STAT_LAB: more options for the lab, such as --l0-kernel.
.PHONY: check-stat
check-lab: check-stat
check-stat: all $(B)/tests/check_stat $(B)/tests/check_stat_times
	rm -rf $(B)/stat
	$(B)/nestprof lab --l0-command tests/lab/stat.sh --arms shadow-off --watchdog 900 $(STAT_LAB) -o $(B)/stat
	$(B)/tests/check_stat $(B)/stat
	$(B)/tests/check_stat_times $(B)/stat
