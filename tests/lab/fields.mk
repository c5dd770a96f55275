# SPDX-License-Identifier: GPL-2.0-only
# Which VMCS fields L1 accesses, in the lab: those that the micro-hypervisor was told to,
# and those that KVM's own code accesses. FIELDS_LAB: more options for the lab, such as
# --l0-kernel; FIELDS_L1: for the one with KVM as L1, such as --l1-kernel.
FIELDS_LAB       ?= $(PREDICT_LAB)
FIELDS_SEED      ?= 1
FIELDS_SEQUENCES ?= 2

$(B)/tests/check_fields: tests/lab/micro_sequence.c tests/lab/fields_micro.c \
	tests/lab/fields_changing.c tests/lab/fields_linux.c tests/lab/field_constant.c
$(B)/tests/check_fields: PKG_LIBS += -lcapstone $(LIB) # again: its own files come after it

# With KVM as L1; check-predict judges the same run.
.PHONY: fields-l1
fields-l1: all
	rm -rf $(B)/fields-l1
	$(B)/nestprof lab --fields --arms shadow-off,shadow-on --no-charts $(FIELDS_LAB) $(FIELDS_L1) \
		-o $(B)/fields-l1

.PHONY: check-fields
check-lab: check-fields
check-fields: fields-l1 $(B)/tests/check_fields
	rm -rf $(B)/fields-check
	mkdir -p $(B)/fields-check
	{ echo '#!/bin/busybox sh'; \
	  echo "sequences='$$($(B)/tests/check_fields $(FIELDS_SEED) $(FIELDS_SEQUENCES))'"; \
	  cat tests/lab/fields.sh; } >$(B)/fields-check/script
	$(B)/nestprof lab --l1 micro --l0-command $(B)/fields-check/script --arms shadow-off --watchdog 900 \
		$(FIELDS_LAB) -o $(B)/fields-check
	$(B)/tests/check_fields $(FIELDS_SEED) $(FIELDS_SEQUENCES) $(B)/fields-check \
		$(B)/fields-l1/latest/result.json

# ... with other kernels as L1: some minutes each, and so not among the others.
FIELDS_L1_KERNELS ?= 6.12 sid
.PHONY: check-fields-kernels
check-fields-kernels: all $(B)/tests/check_fields
	for k in $(FIELDS_L1_KERNELS); do \
		rm -rf $(B)/fields-l1-$$k && \
		$(B)/nestprof lab --fields --arms shadow-off,shadow-on --workloads cpuid,pio \
			--repetitions 1 --no-charts --l1-kernel $$k $(FIELDS_LAB) \
			-o $(B)/fields-l1-$$k && \
		$(B)/tests/check_fields $(B)/fields-l1-$$k/latest/result.json || exit 1; \
	done

# The same live and from a recording.
.PHONY: check-fields-recorded
check-fields: check-fields-recorded
check-fields-recorded: all $(B)/tests/check_fields_recorded
	rm -rf $(B)/fields-recorded
	$(B)/nestprof lab --l0-command tests/lab/fields_recorded.sh --arms shadow-on --watchdog 900 \
		$(FIELDS_LAB) -o $(B)/fields-recorded
	$(B)/tests/check_fields_recorded $(B)/fields-recorded $(B)/nestprof
