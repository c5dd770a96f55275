# SPDX-License-Identifier: GPL-2.0-only
# The runner: static, because in L1 there is nothing else. It embeds the
# workloads, each a flat binary linked to where the guest's only page is.
L2_BASE := $(shell sed -n 's/^.define NP_L2_BASE \(0x[0-9a-f]*\).*/\1/p' workloads/l2/harness.h)
L2_BINS := $(patsubst workloads/l2/%.S,$(B)/l2/%.bin,$(wildcard workloads/l2/*.S))
RUNNER  := $(patsubst %.c,$(B)/%.o,$(wildcard workloads/runner/*.c) collector/base/fail.c \
	     collector/base/fsutil.c) $(B)/workloads/runner/l2_code.o

$(B)/l2/%.o: workloads/l2/%.S workloads/l2/harness.h
	@mkdir -p $(@D)
	$(CC) -m32 -I. -c $< -o $@
$(B)/l2/%.bin: $(B)/l2/%.o
	$(LD) -m elf_i386 -e _start -Ttext $(L2_BASE) --oformat binary $< -o $@

$(B)/workloads/runner/l2_code.o: workloads/runner/l2_code.S workloads/manifest.def $(L2_BINS)
	@mkdir -p $(@D)
	$(CC) -I. -Wa,-I$(B) -c $< -o $@

$(B)/runner: $(RUNNER)
	$(CC) $(CFLAGS) $(LDFLAGS) -static -s $^ -o $@
