# SPDX-License-Identifier: GPL-2.0-only
# docs/vmcs-fields.md: its table comes from bpf/vmcs_fields.def, and has to be that.
$(B)/tests/vmcs_table: tests/vmcs/vmcs_table.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.a,$^) -o $@

.PHONY: vmcs-fields-table check-vmcs-fields
vmcs-fields-table: $(B)/tests/vmcs_table
	tests/lab/kernels_doc.sh $< '' docs/vmcs-fields.md

tests: $(B)/tests/vmcs_table
check: check-vmcs-fields
check-vmcs-fields: $(B)/tests/vmcs_table
	@cp docs/vmcs-fields.md $(B)/vmcs-fields.md
	@tests/lab/kernels_doc.sh $< '' $(B)/vmcs-fields.md
	@cmp docs/vmcs-fields.md $(B)/vmcs-fields.md || \
		{ echo "docs/vmcs-fields.md is old: make vmcs-fields-table" >&2; exit 1; }
