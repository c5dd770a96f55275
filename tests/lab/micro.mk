# SPDX-License-Identifier: GPL-2.0-only
# The micro-hypervisor in the lab: L0 counts exactly what it was told to do.
# MICRO_LAB: more options for the lab, such as --l0-kernel.
MICRO_SEED      ?= 1
MICRO_SEQUENCES ?= 2

$(B)/tests/check_micro: tests/lab/micro_sequence.c

.PHONY: check-micro
check-lab: check-micro
check-micro: all $(B)/tests/check_micro
	rm -rf $(B)/micro-check
	mkdir -p $(B)/micro-check
	{ echo '#!/bin/busybox sh'; \
	  echo "sequences='$$($(B)/tests/check_micro $(MICRO_SEED) $(MICRO_SEQUENCES))'"; \
	  cat tests/lab/micro.sh; } >$(B)/micro-check/script
	$(B)/nestprof lab --l1 micro --l0-command $(B)/micro-check/script --arms shadow-off --watchdog 900 $(MICRO_LAB) \
		-o $(B)/micro-check
	$(B)/tests/check_micro $(MICRO_SEED) $(MICRO_SEQUENCES) $(B)/micro-check
