# SPDX-License-Identifier: GPL-2.0-only
# The decoder of VMREAD and VMWRITE under libFuzzer, until it breaks or FUZZ_SECONDS are
# over; inputs that reach something new are kept in build/fuzz/corpus.
FUZZ         := $(CLANG) -g -O1 -std=gnu17 -Wall -Wextra -Werror -I. \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZ_SECONDS ?= 600

$(B)/fuzz/vmx_insn: tests/fuzz/vmx_insn.c tests/unit/capstone_insn.h bpf/vmx_insn.h bpf/inline.h
	@mkdir -p $(@D)
	$(FUZZ) $< -o $@ -lcapstone

.PHONY: fuzz-vmx-insn check-fuzz
fuzz-vmx-insn: $(B)/fuzz/vmx_insn
	@mkdir -p $(B)/fuzz/corpus
	cd $(B)/fuzz && ./vmx_insn -max_len=20 -max_total_time=$(FUZZ_SECONDS) \
		corpus $(CURDIR)/tests/fuzz/corpus-vmx-insn

# The same inputs at each run.
tests: $(B)/fuzz/vmx_insn
check: check-fuzz
check-fuzz: $(B)/fuzz/vmx_insn
	@echo "== $<"; cd $(B)/fuzz && rm -rf short && cp -rT $(CURDIR)/tests/fuzz/corpus-vmx-insn short && \
		./vmx_insn -max_len=20 -seed=1 -runs=200000 short >vmx_insn.log 2>&1 || \
		{ cat vmx_insn.log; exit 1; }
