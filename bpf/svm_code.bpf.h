/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which exit of SVM it is. The VMCB's layout is the CPU's own (APM vol. 2, appendix B), so
 * that of KVM's structs only the pointer to it is looked up: bpf/offsets.h.
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

#endif
