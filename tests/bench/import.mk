# SPDX-License-Identifier: GPL-2.0-only
# How fast report reads perf.data and trace.dat, beside perf and trace-cmd, on files that are
# made of the real ones in tests/import: 480 and 120 MiB for the pairs, 1 GiB for memory.
$(B)/tests/bench_import $(B)/tests/peak: $(B)/tests/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $< -o $@

.PHONY: bench-import
bench-import: all $(B)/tests/make_perf $(B)/tests/make_dat $(B)/tests/bench_import $(B)/tests/peak
	@mkdir -p $(B)/bench-import
	$(B)/tests/make_perf tests/import/data/nested.perf.data.gz $(B)/bench-import/perf.data 200 1 file
	$(B)/tests/make_dat tests/import/data/nested.dat.gz $(B)/bench-import/trace.dat 90 1 1
	$(B)/tests/bench_import $(B)/nestprof $(B)/bench-import/perf.data 4592800 \
		$(B)/bench-import/trace.dat 2706840 5
	@rm -f $(B)/bench-import/*
	tests/bench/import_memory.sh $(B)
