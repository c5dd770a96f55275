# SPDX-License-Identifier: GPL-2.0-only
# Nested SVM in the lab (a minute for each kernel as L0): counts equal ftrace's and KVM's own,
# and workloads cause the exits that they say; a second run measures the same, to the byte.
# AMD_KERNELS="bookworm 6.12 sid": on these, too.
AMD_RUN = $(B)/nestprof lab --cpu amd --verify --repetitions 1 --no-charts
AMD_KERNELS ?= bookworm

.PHONY: check-amd check-amd-same check-amd-idle check-amd-workloads check-amd-bad-luck
check-lab: check-amd
check-amd: $(patsubst %,$(B)/amd/%.checked,$(AMD_KERNELS)) check-amd-same check-amd-workloads

# Never made, so always checked anew.
$(B)/amd/%.checked: all $(LAB_TOOLS)
	rm -rf $(B)/amd/$*
	$(AMD_RUN) --l0-kernel $* -o $(B)/amd/$*
	$(B)/tests/check_witnesses $(B)/amd/$*/latest/result.json

check-amd-same: $(B)/amd/$(firstword $(AMD_KERNELS)).checked
	rm -rf $(B)/amd/again
	$(AMD_RUN) --l0-kernel $(firstword $(AMD_KERNELS)) -o $(B)/amd/again
	$(B)/tests/check_same $(B)/amd/$(firstword $(AMD_KERNELS))/latest/result.json \
		$(B)/amd/again/latest/result.json

# Not in check-amd: whether an emulator whose threads race would be seen to is a matter of luck
# (docs/amd.md), more so the longer it goes on with more machines and other work than CPUs.
AMD_IDLE ?= 30
check-amd-idle: all
	rm -rf $(B)/amd/idle
	for i in 1 2 3 4; do timeout 900 sh -c 'while :; do :; done' & p="$$p $$!"; done; \
		trap 'kill '"$$p" EXIT; \
		seq $(AMD_IDLE) | xargs -P 6 -I{} $(B)/nestprof lab --cpu amd --arms vgif-off \
			--l0-command tests/lab/amd_idle.sh -o $(B)/amd/idle/{} >/dev/null
	set -- $$(find $(B)/amd/idle -name now.txt); [ $$# -eq $(AMD_IDLE) ]; \
		for f; do cmp "$$1" "$$f" || exit 1; done; echo "$$# machines saw the same time pass"

# Which are left out, and why: docs/amd.md.
check-amd-workloads: all $(B)/tests/check_workloads
	rm -rf $(B)/amd/workloads
	$(AMD_RUN) --workloads all -o $(B)/amd/workloads
	$(B)/tests/check_witnesses $(B)/amd/workloads/latest/result.json
	$(B)/tests/check_workloads $(B)/amd/workloads/latest/result.json -interrupt -hlt \
		-interrupt_window

check-amd-bad-luck: all
	tests/lab/bad_luck.sh $(B)/nestprof amd

# What tracing costs there, as make bench-overhead tells for VMX.
AMD_TRACERS ?= empty,counts,full,record,other-vm,detached,hist-triggers
.PHONY: bench-amd
bench-amd: all $(B)/tests/bench_overhead
	rm -rf $(B)/amd/overhead
	$(B)/nestprof lab --cpu amd --arms vgif-off,vgif-on --workloads cpuid --repetitions 3 \
		--iterations 2000 --no-charts --tracers $(AMD_TRACERS) -o $(B)/amd/overhead
	$(B)/tests/bench_overhead $(B)/amd/overhead/latest/result.json
