# SPDX-License-Identifier: GPL-2.0-only
# The runner: static, because in L1 there is nothing else (so no sanitizers
# either). It embeds the workloads, each a flat binary linked to its place.
L2_BASE := $(shell sed -n 's/^.define NP_L2_BASE \(0x[0-9a-f]*\).*/\1/p' workloads/l2/harness.h)
L2_BINS := $(patsubst workloads/l2/%.S,$(B)/l2/%.bin,$(wildcard workloads/l2/*.S))
RUNNER  := $(wildcard workloads/runner/*.[cS]) collector/base/fail.c collector/base/fsutil.c \
	   collector/base/linebuf.c collector/kernel_layout.c analysis/kallsyms.c
# What L2 has at low addresses, the runner has there in the arm native.
ABOVE_L2 := 0x40000000
GUEST   := $(wildcard workloads/linux/*.[cS])

$(B)/l2/%.o: workloads/l2/%.S $(wildcard workloads/l2/*.h)
	@mkdir -p $(@D)
	$(CC) -m32 -I. -c $< -o $@
$(B)/l2/%.bin: $(B)/l2/%.o
	$(LD) -m elf_i386 -e _start -Ttext $(L2_BASE) --oformat binary $< -o $@

$(B)/runner: $(RUNNER) $(L2_BINS) workloads/manifest.def workloads/l2/harness.h \
	     $(wildcard workloads/runner/*.h workloads/linux/*.h collector/base/*.h) \
	     collector/kernel_image.h analysis/kallsyms.h
	$(CC) -I. -Wa,-I$(B) -D_GNU_SOURCE -std=gnu17 -O2 $(WARN) -static -s \
		-Wl,-Ttext-segment=$(ABOVE_L2) $(RUNNER) -o $@

# Init of the Linux that is L2 in macro-workloads: static, too. TinyCC, which it has within,
# compiles some of analysis/, preprocessed here for a compiler that is like TinyCC.
GUEST_SRC  := $(patsubst %,$(B)/guest-src/%.i,$(shell sed -n 's,^.SOURCE(\([a-z_]*\)).*,\1,p' workloads/linux/compile_sources.S))
LIKE_TINYCC := -undef -nostdinc -D__TINYC__=927 -D__x86_64__=1 -D__linux__=1 -D__LP64__=1 \
	-D__SIZE_TYPE__='unsigned long' -D__PTRDIFF_TYPE__=long -D__WCHAR_TYPE__=int \
	-D__WINT_TYPE__='unsigned int' -I. -isystem $(shell $(CC) -print-file-name=include) \
	-isystem /usr/include/$(shell $(CC) -print-multiarch) -isystem /usr/include -D_GNU_SOURCE

$(B)/guest-src/%.i: analysis/%.c $(wildcard analysis/*.h bpf/*.h bpf/*.def)
	@mkdir -p $(@D)
	$(CC) -E -P $(LIKE_TINYCC) $< -o $@
$(B)/guest: $(GUEST) $(GUEST_SRC) $(wildcard workloads/linux/*.h) workloads/manifest.def \
	    workloads/l2/harness.h
	$(CC) -I. -Wa,-I$(B) -D_GNU_SOURCE -std=gnu17 -O2 $(WARN) -static -s $(GUEST) -o $@ \
		-ltcc -ldl -lm -Wl,--no-warnings

$(B)/tests/test_runner $(B)/tests/test_runner_native: | $(B)/runner $(B)/guest

# The micro-hypervisor: freestanding 64-bit code without SSE, for nobody saves
# its registers, and without a red zone, for interrupts use the same stack.
MICRO_SRC   := $(wildcard workloads/micro/*.[cS]) workloads/runner/l2_code.S
MICRO_FLAGS := -m64 -O2 -g -std=gnu17 $(WARN) -ffreestanding -fno-pic -mno-red-zone -mgeneral-regs-only \
	-fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables -Wa,-I$(B) -I.

$(B)/micro: $(MICRO_SRC) $(wildcard workloads/micro/*.h) workloads/micro/micro.ld \
	    workloads/runner/protocol.h workloads/runner/l2_code.h $(L2_BINS) \
	    workloads/manifest.def workloads/l2/harness.h
	$(CC) $(MICRO_FLAGS) -nostdlib -static -no-pie -Wl,-T,workloads/micro/micro.ld \
		-Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,-z,noexecstack $(MICRO_SRC) -o $@

# What needs no machine of its own is tested like everything else.
$(B)/tests/test_micro_sequence: workloads/micro/sequence.c workloads/micro/text.c
$(B)/tests/test_micro_emit: workloads/micro/emit.c workloads/micro/sequence.c workloads/micro/text.c
$(B)/tests/test_runner_linux: workloads/runner/disk.c workloads/runner/pci.c | $(B)/runner
