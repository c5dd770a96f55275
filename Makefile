# SPDX-License-Identifier: GPL-2.0-only
# make            build everything
# make demo       set up, build, and run the lab: shadow VMCS off against on, with charts
# make test       set up, build, and run the tests
# make setup      install what packages.list names and is missing (as root)
# make check      the tests, without set-up: check-unit, check-cli, check-top, check-fuzz,
#                 check-fuzz-import, check-import, check-vmcs-fields
# make asan       the unit tests under the address and undefined-behaviour sanitizers
# make valgrind   the unit tests under valgrind
# make fuzz-vmx-insn  the decoder of VMREAD and VMWRITE under libFuzzer (FUZZ_SECONDS=600)
# make vmcs-fields-table  docs/vmcs-fields.md, from the table of all VMCS fields
# make kernels-table  docs/kernels.md: the lab with each kernel it knows (20 minutes)
# make check-amd  in the lab: nested SVM, counted as the kernel itself counts it (3 minutes)
# make turtles    the Turtles report of the lab, with charts, into docs/turtles/
#                 (TURTLES_KERNELS="6.1 6.12 sid")
# make check-recover  in the lab: ab killed at each step; workloads that hang
# make check-fields  in the lab: the VMCS fields that fields tells are those that L1 accesses
# make check-fields-kernels  the same with 6.12 and Debian unstable's kernel as L1
# make check-predict  in the lab: what advise predicts of shadow VMCS, beside what is measured
# make check-import  traces, event by event, beside what perf and trace-cmd read of them
# make bench-import  how fast report reads traces, beside perf and trace-cmd
# make fuzz       all that is fuzzed, under libFuzzer (FUZZ_SECONDS=600 each)
# make tutorial   what docs/tutorial.md shows, run anew in the lab
# make bench-report RESULT=FOLDER  what an HTML report of a run takes
# make bench-record  whether record keeps up with a million exits a second (as root)
# make check-report  reports in headless Chromium: light, dark, narrow, clicked, printed
# make check-prometheus  nestprof export, scraped by a real Prometheus
# make check-service  the exporter's unit, started by systemd (as root); check-lab-service
#                 the same in the lab, beside an L1 that is busy
# make bench-export  what a scrape of 1,600 vCPUs takes of CPU and memory (as root)
# make lint       style, and gcc's analyzer over analysis/
# make install    below $(DESTDIR)$(prefix) [/usr/local]; make uninstall takes it away again
# make dist       build/dist: a tarball with its checksum
# make deb        build/deb: a Debian package of it, looked at by lintian
# make check-deb  the package on a fresh Debian (as root; NESTPROF_DEB_LAB=1 runs the lab from it)
# make clean      remove what was built
# make help       this list

CC       ?= gcc
CLANG    ?= clang
BPFTOOL  ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
B        := build
PKGS     := jansson smartcols libkmod libarchive libbpf libelf libmd ncursesw libzstd libxxhash libtraceevent zlib

WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Werror
CPPFLAGS += -I. -I$(B) -D_GNU_SOURCE -DNP_VERSION='"$(shell cat VERSION)"'
CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu17 $(WARN) -fno-strict-aliasing -MMD -MP
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
# libRmath is linked in, for the lab's L0 need not have it.
PKG_LIBS   = $(shell pkg-config --libs $(PKGS)) -lutil -l:libRmath.a -lm

# analysis/ links without libbpf; the rest may use both.
ANALYSIS := $(patsubst %.c,$(B)/%.o,$(wildcard analysis/*.c analysis/*/*.c)) $(B)/analysis/html/parts.o
COLLECT  := $(patsubst %.c,$(B)/%.o,$(filter-out collector/main.c,$(wildcard collector/*.c collector/*/*.c))) \
	    $(B)/collector/lab/boot_stages.o
LIB      := $(B)/libnestprof.a
SKELETONS := $(patsubst bpf/%.bpf.c,$(B)/bpf/%.skel.h,$(wildcard bpf/*.bpf.c))
TESTS    := $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))

.DELETE_ON_ERROR:
.PHONY: all
all: $(B)/nestprof $(B)/runner $(B)/guest $(B)/micro $(B)/still_time.so

-include $(shell find $(B) -name '*.d' 2>/dev/null)
include $(wildcard exporter/*.mk tests/*.mk tests/*/*.mk workloads/*.mk packaging/*.mk)

# Set-up comes before make looks for what the build needs: hence another make.
BUILD := echo "build (only what changed)"; $(MAKE) -s --no-print-directory -j$$(nproc)

.PHONY: setup demo test help
setup:
	@./setup.sh
demo: setup
	@$(BUILD) all
	$(B)/nestprof lab
test: setup
	@$(BUILD) all tests
	@$(MAKE) --no-print-directory check
help:
	@sed -n '2,/^$$/s/^# //p' Makefile

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -c $< -o $@

# All but main(), so that tests and benchmarks take what they need of it.
$(LIB): $(COLLECT) $(ANALYSIS)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/analysis/html/parts.o: analysis/html/parts.S analysis/html/style.css analysis/html/sort.js
	@mkdir -p $(@D)
	$(CC) -I. -c $< -o $@

$(B)/nestprof: $(B)/collector/main.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(PKG_LIBS)

$(B)/collector/lab/boot_stages.o: collector/lab/boot_stages.S $(B)/boot/stage1.bin $(B)/boot/stage2.bin
	@mkdir -p $(@D)
	$(CC) -I$(B) -c $< -o $@

# BPF: objects, and their skeletons for who loads them.
define compile_bpf
	@mkdir -p $(@D)
	$(CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -Werror $1 -I. \
		-I/usr/include/$(shell $(CC) -print-multiarch) -c $< -o $@.tmp
	$(BPFTOOL) gen object $@ $@.tmp
endef
$(B)/bpf/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h bpf/*.def)
	$(call compile_bpf)
$(B)/lean/bpf/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h bpf/*.def)
	$(call compile_bpf,-DNP_LEAN)
%.skel.h: %.bpf.o
	$(BPFTOOL) gen skeleton $< name $(basename $(basename $(<F)))_bpf > $@.tmp && mv $@.tmp $@
# All are there before what may include them is compiled first; then the compiler tells which.
$(COLLECT): | $(SKELETONS)
# These are others, with other names.
$(B)/bpf/nested_at.bpf.o $(B)/lean/bpf/nested_at.bpf.o: bpf/nested.bpf.c
$(B)/bpf/record_at.bpf.o: bpf/record.bpf.c

$(B)/tests/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.a,$^) -o $@ -lcmocka $(PKG_LIBS)

.PHONY: clean
clean:
	rm -rf $(B) build-asan build-lint
