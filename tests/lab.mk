# SPDX-License-Identifier: GPL-2.0-only
# The slower checks, in the lab: real nested runs.
LAB_RUN = $(B)/nestprof lab --verify --repetitions 1 --no-charts

LAB_TOOLS := $(B)/tests/check_witnesses $(B)/tests/check_same $(B)/tests/bench_demo
$(B)/tests/check_%: tests/lab/check_%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.a,$^) -o $@ -lcmocka $(PKG_LIBS)
$(B)/tests/bench_%: tests/bench/bench_%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.a,$^) -o $@ $(PKG_LIBS)

# Counts equal ftrace's and KVM's own; a second run measures the same, to the byte.
.PHONY: check-lab check-verify check-bad-luck bench-demo
check-lab: check-verify check-bad-luck
check-verify: all $(LAB_TOOLS)
	rm -rf $(B)/verify1 $(B)/verify2
	$(LAB_RUN) -o $(B)/verify1
	$(LAB_RUN) -o $(B)/verify2
	$(B)/tests/check_witnesses $(B)/verify1/latest/result.json
	$(B)/tests/check_same $(B)/verify1/latest/result.json $(B)/verify2/latest/result.json

# What befalls the lab leaves nothing behind.
check-bad-luck: check-verify
	tests/lab/bad_luck.sh $(B)/nestprof

# What `make demo` takes: phases, wall time, peak memory.
bench-demo: all $(B)/tests/bench_demo
	$(B)/tests/bench_demo $(B)/nestprof lab -o $(B)/bench

# What stat needs of memory for 512 vCPUs.
.PHONY: bench-memory
bench-memory: $(B)/tests/bench_memory
	$(B)/tests/bench_memory

# What each tracer adds to an untraced exit, in instructions, so exact; docs/overhead.md
# has the table. perf and trace-cmd are fetched into an image of the lab of their own.
# OVERHEAD_LAB: more options for the lab, such as --l0-kernel.
TRACERS ?= empty,counts,full,full-every-trip,full-and-syncs,full-and-paths,counts-by-address,full-by-address,fields,record,record-all-entries,other-vm,other-vm-full,detached,hist-triggers,trace-cmd,perf-kvm-stat
.PHONY: bench-overhead
bench-overhead: all $(B)/tests/bench_overhead
	rm -rf $(B)/overhead
	$(B)/nestprof lab --arms single,shadow-off,shadow-on --workloads cpuid --repetitions 3 \
		--iterations 2000 --no-charts --tracers $(TRACERS) $(OVERHEAD_LAB) -o $(B)/overhead
	$(B)/tests/bench_overhead $(B)/overhead/latest/result.json
