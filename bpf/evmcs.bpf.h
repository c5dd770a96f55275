/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether L1 has its VMCS in its memory, as Hyper-V lets it: the enlightened VMCS. */
#ifndef NESTPROF_EVMCS_BPF_H
#define NESTPROF_EVMCS_BPF_H

#include "bpf/kvm_types.bpf.h"

/* While it does, KVM has that page mapped. Kernels without CONFIG_KVM_HYPERV have no such field. */
static __always_inline bool has_evmcs(__u64 vcpu)
{
	struct vcpu_vmx___evmcs *vmx = (void *)vcpu;

	return bpf_core_field_exists(struct vcpu_vmx___evmcs, nested.hv_evmcs) &&
	       BPF_CORE_READ(vmx, nested.hv_evmcs);
}

#endif
