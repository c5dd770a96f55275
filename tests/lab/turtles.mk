# SPDX-License-Identifier: GPL-2.0-only
# The Turtles report of the lab, with charts, into docs/turtles/: all workloads, a run of some
# 20 minutes for each kernel as L0. With several kernels, the first against each of the
# others, too. TURTLES_LAB: more options for the lab.
TURTLES_KERNELS ?= 6.1 6.12 sid
TURTLES_UARCH ?= haswell
TURTLES_DOCS ?= docs/turtles

.PHONY: turtles turtles-runs
turtles: turtles-runs
	tests/lab/turtles_doc.sh $(B)/nestprof $(B)/turtles $(TURTLES_UARCH) $(TURTLES_DOCS) \
		$(TURTLES_KERNELS)
# 10: a workload failed, which the result says; the others, and other kernels, go on.
turtles-runs: all
	for k in $(TURTLES_KERNELS); do \
		rm -rf $(B)/turtles/$$k && \
		{ $(B)/nestprof lab --full --turtles --l0-kernel $$k $(TURTLES_LAB) \
			-o $(B)/turtles/$$k || [ $$? -eq 10 ]; } || exit; \
	done
