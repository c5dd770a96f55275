/* SPDX-License-Identifier: GPL-2.0-only */
/* What record hooks in kvm_amd, where it is not the same as in kvm_intel. */
#ifndef NESTPROF_RECORD_SVM_BPF_H
#define NESTPROF_RECORD_SVM_BPF_H

#include "bpf/svm_type.bpf.h"

/* Without a seat, or the typed pointer that the program goes by. */
static __noinline int svm_exit_rare(struct kvm_vcpu *vcpu)
{
	struct np_tape *t = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	return t ? record_exit(vcpu, BY_READ, t, svm_reason_by_read((__u64)vcpu)) : 0;
}

#define SVM_EXIT_PROGRAM(name, code_by)                                                            \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, struct kvm_vcpu *vcpu)                                                  \
	{                                                                                          \
		SVM_SEAT(vcpu, svm_exit_rare);                                                     \
		__u32 reason = code_by(vcpu, svm_exit_rare);                                       \
                                                                                                   \
		return vcpu ? record_exit(vcpu, BY_READ, v, reason) : 0;                           \
	}

SVM_EXIT_PROGRAM(svm_exit_cast, SVM_CODE_BY_CAST)
SVM_EXIT_PROGRAM(svm_exit_kptr, SVM_CODE_BY_KPTR)
SVM_EXIT_PROGRAM(svm_exit_read, SVM_CODE_BY_READ)

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(svm_inject, __u64 code)
{
	return on_inject(find_current_vcpu(), np_svm_index(code));
}

#endif
