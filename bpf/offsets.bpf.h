/* SPDX-License-Identifier: GPL-2.0-only */
/* kvm_intel's structs by address: a helper call for each field. */
#ifndef NESTPROF_OFFSETS_BPF_H
#define NESTPROF_OFFSETS_BPF_H

#include "bpf/offsets.h"

const volatile struct np_offsets at;

static __always_inline __u32 int_at(__u64 address)
{
	__u32 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)address);
	return value;
}

static __always_inline __u64 pointer_at(__u64 address)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)address);
	return value;
}

/* Whether KVM has switched the vCPU to the VMCS that L2 runs with. */
static __always_inline bool has_vmcs02(__u64 vcpu)
{
	return at.vmcs02 && pointer_at(vcpu + at.loaded_vmcs) == vcpu + at.vmcs02;
}

/* ... or, on kvm_amd, to the VMCB. */
static __always_inline bool has_vmcb02(__u64 vcpu)
{
	return at.vmcb02 && pointer_at(vcpu + at.vmcb) == pointer_at(vcpu + at.vmcb02);
}

/*
 * What becomes of an entry that KVM says to refuse. The CPU's own verdict has a number,
 * and L1 is told of it like of a check.
 */
static __always_inline bool refuses_by_exit(__u64 vcpu, __u32 err)
{
	return !err && (has_vmcs02(vcpu) || has_vmcb02(vcpu));
}

/* NULL: L1 has made none current. */
static __always_inline __u64 current_vmcs12(__u64 vcpu)
{
	if (!at.cached_vmcs12 || pointer_at(vcpu + at.current_vmptr) == ~0ull)
		return 0;
	return pointer_at(vcpu + at.cached_vmcs12);
}

#endif
