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

# The decoder of VMREAD and VMWRITE, compiled to BPF, and beside capstone.
$(B)/tests/vmx_insn.skel.h: tests/vmcs/vmx_insn.bpf.c tests/vmcs/vmx_insn_case.h $(wildcard bpf/*.h)
	@mkdir -p $(@D)
	$(CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -Werror -I. \
		-I/usr/include/$(shell $(CC) -print-multiarch) -c $< -o $(@D)/vmx_insn.bpf.o
	$(BPFTOOL) gen skeleton $(@D)/vmx_insn.bpf.o name vmx_insn_bpf > $@.tmp && mv $@.tmp $@
# Where L1's code is looked for.
$(B)/tests/sites.skel.h: tests/vmcs/sites.bpf.c tests/vmcs/sites_case.h $(wildcard bpf/*.h)
	@mkdir -p $(@D)
	$(CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -Werror -I. \
		-I/usr/include/$(shell $(CC) -print-multiarch) -c $< -o $(@D)/sites.bpf.tmp
	$(BPFTOOL) gen object $(@D)/sites.bpf.o $(@D)/sites.bpf.tmp
	$(BPFTOOL) gen skeleton $(@D)/sites.bpf.o name sites_bpf > $@.tmp && mv $@.tmp $@
$(B)/tests/test_sites_bpf: $(B)/tests/sites.skel.h
$(B)/tests/test_vmx_insn_bpf: $(B)/tests/vmx_insn.skel.h
$(B)/tests/test_vmx_insn: PKG_LIBS += -lcapstone
