# SPDX-License-Identifier: GPL-2.0-only
# Macro-workloads in the lab: each is run in each arm, its exits are counted as ftrace counts
# them, and a second run measures the same. Too long for check-lab. MACRO_LAB: more options
# for the lab; MACRO_WORKLOADS: which.
MACRO_WORKLOADS ?= macro

.PHONY: check-macro
check-macro: all $(B)/tests/check_macro $(B)/tests/check_witnesses $(B)/tests/check_same
	rm -rf $(B)/macro1 $(B)/macro2
	$(B)/nestprof lab --verify --workloads $(MACRO_WORKLOADS) --no-charts $(MACRO_LAB) -o $(B)/macro1
	$(B)/tests/check_macro $(B)/macro1/latest/result.json $(MACRO_WORKLOADS)
	$(B)/tests/check_witnesses $(B)/macro1/latest/result.json
	$(B)/nestprof lab --verify --workloads $(MACRO_WORKLOADS) --no-charts $(MACRO_LAB) -o $(B)/macro2
	$(B)/tests/check_same $(B)/macro1/latest/result.json $(B)/macro2/latest/result.json
