# SPDX-License-Identifier: GPL-2.0-only
# The exporter's unit, started by a systemd of its own: here, as root, with a recording; and in the
# lab, beside an L1 that is busy.
SERVICE := $(B)/service
.PHONY: check-service
check-service: all man
	@command -v systemd-analyze unshare nsenter curl >/dev/null || { \
		echo "make check-service: apt-get install systemd util-linux curl" >&2; exit 1; }
	tests/service/root.sh $(B) $(SERVICE) nestprof
	systemd-analyze security --offline=true --threshold=25 --no-pager --root=$(SERVICE)/root \
		nestprof-exporter.service >$(SERVICE)/security || { cat $(SERVICE)/security; exit 1; }
	@tail -n 1 $(SERVICE)/security
	@mkdir -p $(SERVICE)/out
	tests/service/here.sh $(SERVICE)/root tests/cli/data/web.rec $(SERVICE)/out
	tests/service/judge.sh $(SERVICE)/out

.PHONY: check-lab-service
check-lab-service: all man
	tests/service/root.sh $(B) $(SERVICE)-lab
	{ sed "s/@lines@/$$(wc -l <tests/service/lab.sh)/" tests/service/lab.sh; \
		tar -C $(SERVICE)-lab/root -cz .; } >$(SERVICE)-lab/command
	$(B)/nestprof lab --l1 micro --l0-command $(SERVICE)-lab/command --arms shadow-off --watchdog 900 \
		-o $(SERVICE)-lab/out
	tests/service/judge.sh $(SERVICE)-lab/out
