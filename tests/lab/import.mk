# SPDX-License-Identifier: GPL-2.0-only
# In the lab: one run that nestprof, perf and trace-cmd record at once; report counts the
# same from all three. IMPORT_LAB: more options for the lab. Not yet of check-lab.
.PHONY: check-lab-import
check-lab-import: all $(B)/tests/check_import
	rm -rf $(B)/lab-import
	$(B)/nestprof lab --l0-command tests/lab/import.sh --tracers trace-cmd,perf-kvm-stat --arms shadow-off --watchdog 900 \
		$(IMPORT_LAB) -o $(B)/lab-import
	gunzip $(B)/lab-import/run.dat.gz $(B)/lab-import/run.data.gz
	$(B)/tests/check_import $(B)/lab-import $(B)/nestprof
