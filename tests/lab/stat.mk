# SPDX-License-Identifier: GPL-2.0-only
# stat in the lab: its counts equal ftrace's while VMs come and go.
.PHONY: check-stat
check-lab: check-stat
check-stat: all $(B)/tests/check_stat
	rm -rf $(B)/stat
	$(B)/nestprof lab --l0-command tests/lab/stat.sh --arms shadow-off -o $(B)/stat
	$(B)/tests/check_stat $(B)/stat
