# SPDX-License-Identifier: GPL-2.0-only
# Why entries into L2 fail, in the lab: stat says what L1 was told, and ftrace's texts.
# FAILURES_LAB: more options for the lab, such as --l0-kernel.
.PHONY: check-failures
check-lab: check-failures
check-failures: all $(B)/tests/check_failures
	rm -rf $(B)/failures
	$(B)/nestprof lab --l1 micro --l0-command tests/lab/failures.sh --arms shadow-off --watchdog 600 \
		$(FAILURES_LAB) -o $(B)/failures
	$(B)/tests/check_failures $(B)/failures
