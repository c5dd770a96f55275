# SPDX-License-Identifier: GPL-2.0-only
# The Turtles report of the lab, with charts, into docs/turtles/: a run of 4 minutes for each
# kernel. With several, the first against each of the others, too.
TURTLES_KERNELS ?= 6.1
TURTLES_UARCH ?= haswell
TURTLES_DOCS ?= docs/turtles

.PHONY: turtles turtles-runs
turtles: turtles-runs
	tests/lab/turtles_doc.sh $(B)/nestprof $(B)/turtles $(TURTLES_UARCH) $(TURTLES_DOCS) \
		$(TURTLES_KERNELS)
turtles-runs: all
	set -e; for k in $(TURTLES_KERNELS); do \
		$(B)/nestprof lab --turtles --workloads all --repetitions 1 --l0-kernel $$k \
			-o $(B)/turtles/$$k; \
	done
