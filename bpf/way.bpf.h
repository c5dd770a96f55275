/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways to what a vCPU tells, as one: who runs, and what L1 was given. */
#ifndef NESTPROF_WAY_BPF_H
#define NESTPROF_WAY_BPF_H

#include "bpf/offsets.bpf.h"
#include "bpf/reason.bpf.h"
#include "bpf/svm_code.bpf.h"

/* How a program comes to what is in struct vcpu_vmx. */
enum way {
	BY_CAST,
	BY_KPTR,  /* by a pointer to that type */
	BY_READ,
	BY_KEY,	  /* the same, and to what is in struct kvm_vcpu, too */
	BY_ADDRESS, /* as BY_KEY, where the program cannot know struct vcpu_vmx */
	/* To struct vcpu_svm, likewise. */
	SVM_BY_CAST,
	SVM_BY_KPTR,
	SVM_BY_READ,
	SVM_BY_KEY,
};

static __always_inline __u32 given_by_address(__u64 vcpu)
{
	__u64 vmcs12 = pointer_at(vcpu + at.cached_vmcs12);

	if (!vmcs12 || (int_at(vcpu + at.smm_guest_mode) & 1))
		return NOTHING_GIVEN;
	return int_at(vmcs12 + at.vm_exit_reason);
}

static __always_inline __u32 level_by_address(__u64 vcpu)
{
	if (bpf_core_field_exists(struct kvm_vcpu, stat.guest_mode))
		return level_by_read((void *)vcpu);
	if (!at.vmcs02)
		return NP_LEVEL_UNKNOWN;
	return has_vmcs02(vcpu) ? NP_LEVEL_L2 : NP_LEVEL_L1;
}

static __always_inline __u32 svm_given_to_l1(void *vcpu, enum way way)
{
	if (way == SVM_BY_CAST)
		return svm_given_by_cast((__u64)vcpu);
	return way == SVM_BY_KPTR ? svm_given_by_kptr(vcpu) : svm_given_by_read((__u64)vcpu);
}

static __always_inline __u32 given_to_l1(void *vcpu, enum way way)
{
	if (way >= SVM_BY_CAST)
		return svm_given_to_l1(vcpu, way);
	if (way == BY_ADDRESS)
		return given_by_address((__u64)vcpu);
	if (way == BY_CAST)
		return given_by_cast((__u64)vcpu);
	return way == BY_KPTR ? given_by_kptr(vcpu) : given_by_read(vcpu);
}

static __always_inline __u32 level_by(void *vcpu, enum way way)
{
	struct vcpu_vmx *vmx = vcpu;
	struct vcpu_svm *svm = vcpu;

	if (way == SVM_BY_KPTR)
		return level_of(&svm->vcpu);
	if (way == BY_ADDRESS)
		return level_by_address((__u64)vcpu);
	if (way == BY_KEY || way == SVM_BY_KEY)
		return level_by_read(vcpu);
	return level_of(way == BY_KPTR ? &vmx->vcpu : vcpu);
}

#endif
