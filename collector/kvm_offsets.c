// SPDX-License-Identifier: GPL-2.0-only
#include "collector/kvm_offsets.h"

#include "collector/btf_walk.h"

void kvm_offsets(const struct kvm_btf *b, struct np_offsets *at)
{
	*at = (struct np_offsets){
		.exit_reason = btf_field(b, "vcpu_vmx", "exit_reason").offset,
		.loaded_vmcs = btf_field(b, "vcpu_vmx", "loaded_vmcs").offset,
		.vmcs02 = btf_field(b, "vcpu_vmx", "nested.vmcs02").offset,
		.cached_vmcs12 = btf_field(b, "vcpu_vmx", "nested.cached_vmcs12").offset,
		.current_vmptr = btf_field(b, "vcpu_vmx", "nested.current_vmptr").offset,
		.smm_guest_mode = btf_field(b, "vcpu_vmx", "nested.smm.guest_mode").offset,
		.vm_exit_reason = btf_field(b, "vmcs12", "vm_exit_reason").offset,
		.vm_instruction_error = btf_field(b, "vmcs12", "vm_instruction_error").offset,
		.vmcb = btf_field(b, "vcpu_svm", "vmcb").offset,
		.vmcb02 = btf_field(b, "vcpu_svm", "nested.vmcb02.ptr").offset,
	};
	if (!at->exit_reason)
		at->exit_reason = btf_field(b, "vcpu_vmx", "vt.exit_reason").offset;
}
