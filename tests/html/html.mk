# SPDX-License-Identifier: GPL-2.0-only
# Reports in a browser: Debian's chromium, and tidy. Screenshots are left in build/report.
REPORTS := $(B)/report
.PHONY: check-report
check-report: all $(B)/tests/test_html
	@command -v chromium tidy >/dev/null || { echo "make check-report: apt-get install chromium tidy" >&2; exit 1; }
	rm -rf $(REPORTS)
	mkdir -p $(REPORTS)
	NESTPROF_HTML_DIR=$(REPORTS) $(B)/tests/test_html
	$(B)/nestprof report --html tests/cli/data >$(REPORTS)/fields.html
	$(B)/nestprof report --turtles --uarch haswell --html tests/cli/data >$(REPORTS)/turtles.html
	$(B)/nestprof report --html tests/cli/data/web.rec >$(REPORTS)/recording.html
	tests/html/check.sh $(REPORTS)

# What a report of a full run takes: make bench-report RESULT=FOLDER.
RESULT ?= results/latest
.PHONY: bench-report
bench-report: all
	@test -e $(RESULT)/result.json || { echo "no $(RESULT)/result.json: make demo, or RESULT=FOLDER" >&2; exit 1; }
	tests/bench/report.sh $(B)/nestprof $(RESULT)
