# SPDX-License-Identifier: GPL-2.0-only
# Every micro-workload causes the exits that the manifest says, as often as it says; natively
# it causes none.
WORKLOADS_ARMS ?= native,single,shadow-off,shadow-on
.PHONY: check-workloads
check-lab: check-workloads
check-workloads: all $(B)/tests/check_workloads
	rm -rf $(B)/workloads
	$(B)/nestprof lab --quick --arms $(WORKLOADS_ARMS) --no-charts -o $(B)/workloads
	$(B)/tests/check_workloads $(B)/workloads/latest/result.json
