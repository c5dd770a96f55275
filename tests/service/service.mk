# SPDX-License-Identifier: GPL-2.0-only
# The exporter's unit, started by a systemd of its own: here, as root, with a recording, and with
# its programs hooked in this machine's KVM; and in the lab, beside an L1 that is busy.
SERVICE := $(B)/service
$(SERVICE)/nestprof-exporter: $(LEAN)/exporter/main.o $(LEAN)/tests/service/hooked_source.o $(LEAN_LIB) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(EXPORTER_LIBS)

.PHONY: check-service
check-service: all man $(SERVICE)/nestprof-exporter
	@command -v systemd-analyze unshare nsenter curl >/dev/null || { \
		echo "make check-service: apt-get install systemd util-linux curl" >&2; exit 1; }
	tests/service/root.sh $(B) $(SERVICE)/installed nestprof
	systemd-analyze security --offline=true --threshold=25 --no-pager --root=$(SERVICE)/installed/root \
		nestprof-exporter.service >$(SERVICE)/security || { cat $(SERVICE)/security; exit 1; }
	@tail -n 1 $(SERVICE)/security
	tests/service/here.sh $(SERVICE)/installed/root tests/cli/data/web.rec $(SERVICE)/recording
	tests/service/judge.sh $(SERVICE)/recording
	@if grep -qw __traceiter_kvm_exit /proc/kallsyms; then \
		cp $(SERVICE)/nestprof-exporter $(SERVICE)/installed/root/usr/lib/nestprof && \
		tests/service/here.sh $(SERVICE)/installed/root "" $(SERVICE)/hooked && \
		tests/service/judge.sh $(SERVICE)/hooked; \
	else echo "skipped with programs in the kernel: it has no kvm"; fi

.PHONY: check-lab-service
check-lab-service: all man
	tests/service/root.sh $(B) $(SERVICE)-lab
	{ sed "s/@lines@/$$(wc -l <tests/service/lab.sh)/" tests/service/lab.sh; \
		tar -C $(SERVICE)-lab/root -cz .; } >$(SERVICE)-lab/command
	$(B)/nestprof lab --l1 micro --l0-command $(SERVICE)-lab/command --arms shadow-off --watchdog 900 \
		-o $(SERVICE)-lab/out
	tests/service/judge.sh $(SERVICE)-lab/out
