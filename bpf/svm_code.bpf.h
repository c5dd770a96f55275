/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which exit of SVM it is, and which L1 was given last. The VMCB's layout is the CPU's own
 * (APM vol. 2, appendix B), so that of KVM's structs only the pointers to it are looked up:
 * bpf/offsets.h.
 */
#ifndef NESTPROF_SVM_CODE_BPF_H
#define NESTPROF_SVM_CODE_BPF_H

#include "bpf/offsets.bpf.h"
#include "bpf/reason.bpf.h"
#include "bpf/svm_exits.h"

#define VMCB_EXIT_CODE 0x70

/* At an exit of L2, this is the VMCB that L2 ran with. */
static __always_inline __u32 svm_reason_by_cast(__u64 vcpu)
{
	return np_svm_index(cast_int(cast_pointer(vcpu + at.vmcb) + VMCB_EXIT_CODE));
}

static __always_inline __u32 svm_reason_by_read(__u64 vcpu)
{
	return np_svm_index(int_at(pointer_at(vcpu + at.vmcb) + VMCB_EXIT_CODE));
}

/*
 * KVM copies what it gives L1 from L2's VMCB, where it stays until L2 is entered again. A
 * reset of L1 takes that VMCB away.
 */
static __always_inline __u32 svm_given(__u32 code)
{
	if (__builtin_expect(code < NP_SVM_LOW, 1))
		return np_svm_index(code);
	return np_svm_index(code) | (code == NP_SVM_INVALID ? FAILED_ENTRY : 0);
}

static __always_inline __u32 svm_given_by_cast(__u64 vcpu)
{
	__u64 vmcb02 = cast_pointer(vcpu + at.vmcb02);

	return vmcb02 ? svm_given(cast_int(vmcb02 + VMCB_EXIT_CODE)) : NOTHING_GIVEN;
}

static __always_inline __u32 svm_given_by_kptr(struct vcpu_svm *svm)
{
	struct vmcb *vmcb02 = svm->nested.vmcb02.ptr;

	return vmcb02 ? svm_given(vmcb02->control.exit_code) : NOTHING_GIVEN;
}

static __always_inline __u32 svm_given_by_read(__u64 vcpu)
{
	__u64 vmcb02 = pointer_at(vcpu + at.vmcb02);

	return vmcb02 ? svm_given(int_at(vmcb02 + VMCB_EXIT_CODE)) : NOTHING_GIVEN;
}

#endif
