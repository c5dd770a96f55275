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

# The one that needs two CPUs, twice: it causes its exits, and a second run measures the same.
# Two emulated CPUs are slow: no part of check-lab.
.PHONY: check-ipi
check-ipi: all $(B)/tests/check_workloads $(B)/tests/check_same
	rm -rf $(B)/ipi1 $(B)/ipi2
	$(B)/nestprof lab --workloads ipi --repetitions 1 --no-charts $(IPI_LAB) -o $(B)/ipi1
	$(B)/tests/check_workloads $(B)/ipi1/latest/result.json ipi
	$(B)/nestprof lab --workloads ipi --repetitions 1 --no-charts $(IPI_LAB) -o $(B)/ipi2
	$(B)/tests/check_same $(B)/ipi1/latest/result.json $(B)/ipi2/latest/result.json
