# SPDX-License-Identifier: GPL-2.0-only
# Traces of perf and trace-cmd: what is read of them is what these read themselves.
MAKE_TRACE := $(B)/tests/make_perf $(B)/tests/make_dat

$(B)/tests/make_%: tests/import/make_%.c tests/import/file.h $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.a,$^) -o $@ $(PKG_LIBS)

.PHONY: check-import
tests: $(MAKE_TRACE)
check: check-import
check-import: $(B)/nestprof $(MAKE_TRACE)
	tests/import/run.sh $(B)

# Other versions of perf: as root, with debootstrap and a perf that can probe; each Debian takes
# 0.5 GiB in cache/perf-roots and is kept. Not part of check.
PERF_SUITES ?= bullseye trixie sid
$(B)/tests/ticks: tests/import/ticks.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -static -pthread $< -o $@

.PHONY: check-import-versions
check-import-versions: $(B)/nestprof $(B)/tests/ticks
	tests/import/versions.sh $(B) $(CURDIR)/cache/perf-roots $(PERF_SUITES)
