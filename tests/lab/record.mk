# SPDX-License-Identifier: GPL-2.0-only
# record in the lab: report's counts equal ftrace's and stat's, and recordings that
# ended badly can be read. RECORD_LAB: more options for the lab, such as --l0-kernel.
.PHONY: check-record
check-lab: check-record
check-record: all $(B)/tests/check_record
	rm -rf $(B)/record
	$(B)/nestprof lab --l0-command tests/lab/record.sh --arms shadow-on --watchdog 900 $(RECORD_LAB) -o $(B)/record
	$(B)/tests/check_record $(B)/record $(B)/nestprof
