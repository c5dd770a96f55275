# SPDX-License-Identifier: GPL-2.0-only
# What reads traces of perf and trace-cmd, under libFuzzer: until it breaks, or
# FUZZ_SECONDS are over.
IMPORT_FUZZ     := $(B)/fuzz/import $(B)/fuzz/import_format
# Memory out of proportion is a finding, too; so is an input that takes 10 seconds.
IMPORT_LIMITS   := -timeout=10 -rss_limit_mb=512 -max_len=8192
# Most of the time would go into where each byte was allocated, and giving memory back.
IMPORT_ASAN     := ASAN_OPTIONS=malloc_context_size=1:quarantine_size_mb=8
IMPORT_SOURCES  := $(filter-out analysis/charts.c,$(wildcard analysis/*.c analysis/import/*.c \
		   analysis/recording/*.c))
IMPORT_LIBS     := jansson libzstd zlib libtraceevent libxxhash smartcols libelf

$(IMPORT_FUZZ): $(B)/fuzz/%: tests/fuzz/%.c $(IMPORT_SOURCES) $(wildcard analysis/*.h \
		analysis/*/*.h bpf/*.h)
	@mkdir -p $(@D)
	$(FUZZ) -O2 -D_GNU_SOURCE -DNP_VERSION='"fuzz"' -fno-strict-aliasing -DIMP_ORDER_ROOM=1024u \
		-DIMP_ORDER_RUNS=256u -DIMP_ORDER_MARGIN=64u -DIMP_WINDOW=69632u -DIMP_TOLD=8u \
		-DIMP_SMALL=69632u -Wno-unknown-warning-option \
		$$(pkg-config --cflags $(IMPORT_LIBS)) $< $(IMPORT_SOURCES) -o $@ \
		$$(pkg-config --libs $(IMPORT_LIBS)) -l:libRmath.a -lm

.PHONY: fuzz fuzz-import check-fuzz-import
fuzz: fuzz-import fuzz-vmx-insn
fuzz-import: $(IMPORT_FUZZ)
	@cd $(B)/fuzz && for t in import import_format; do \
		mkdir -p $$t-found; \
		$(IMPORT_ASAN) ./$$t $(IMPORT_LIMITS) -max_total_time=$(FUZZ_SECONDS) $$t-found \
			$(CURDIR)/tests/fuzz/*-$$(echo $$t | tr _ -) >$$t.log 2>&1 || \
			{ tail -n 60 $$t.log; exit 1; }; \
		echo "$$t: $$(sed -n 's/^Done //p' $$t.log), no finding"; \
	done

# The same inputs at each run, after those that once broke something.
tests: $(IMPORT_FUZZ)
check: check-fuzz-import
check-fuzz-import: $(IMPORT_FUZZ)
	@cd $(B)/fuzz && ./import $(IMPORT_LIMITS) $(CURDIR)/tests/fuzz/found-import/* \
		>found.log 2>&1 || { cat found.log; exit 1; }
	@cd $(B)/fuzz && for t in import import_format; do \
		echo "== $(B)/fuzz/$$t"; rm -rf short-$$t; \
		cp -rT $(CURDIR)/tests/fuzz/corpus-$$(echo $$t | tr _ -) short-$$t; \
		$(IMPORT_ASAN) ./$$t $(IMPORT_LIMITS) -seed=1 -runs=20000 short-$$t >$$t.log 2>&1 || \
			{ cat $$t.log; exit 1; }; \
	done
