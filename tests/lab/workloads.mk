# SPDX-License-Identifier: GPL-2.0-only
# Every micro-workload causes the exits that the manifest says, as often as it says.
.PHONY: check-workloads
check-lab: check-workloads
check-workloads: all $(B)/tests/check_workloads
	rm -rf $(B)/workloads
	$(B)/nestprof lab --workloads all --repetitions 1 --no-charts -o $(B)/workloads
	$(B)/tests/check_workloads $(B)/workloads/latest/result.json
