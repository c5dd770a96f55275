/* SPDX-License-Identifier: GPL-2.0-only */
/* What record hooks in kvm_amd, where it is not the same as in kvm_intel. */
#ifndef NESTPROF_RECORD_SVM_BPF_H
#define NESTPROF_RECORD_SVM_BPF_H

#include "bpf/svm_type.bpf.h"

/* Without a seat. */
static __noinline int svm_exit_rare(struct kvm_vcpu *vcpu)
{
	struct np_tape *t = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	if (!t)
		return 0;
	return record_other(vcpu, SVM_BY_READ, t, exit_word(svm_reason_by_read(t->key)));
}

#define SVM_EXIT_PROGRAM(name, code_by, found, way)                                                \
	static __noinline int name##_other(void *from, struct np_tape *t, __u64 word)              \
	{                                                                                          \
		return from && t ? record_other(from, way, t, word) : 0;                           \
	}                                                                                          \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, struct kvm_vcpu *vcpu)                                                  \
	{                                                                                          \
		SVM_SEAT(vcpu, svm_exit_rare);                                                     \
		__u32 reason;                                                                      \
		__u64 word;                                                                        \
                                                                                                   \
		code_by(reason);                                                                   \
		word = exit_word(reason);                                                          \
		return is_brief(v) ? record_briefly(v, word) : name##_other(found, v, word);       \
	}

SVM_EXIT_PROGRAM(svm_exit_cast, SVM_CODE_BY_CAST, vcpu, SVM_BY_CAST)
SVM_EXIT_PROGRAM(svm_exit_kptr, SVM_CODE_BY_KPTR, svm, SVM_BY_KPTR)
SVM_EXIT_PROGRAM(svm_exit_read, SVM_CODE_BY_READ, vcpu, SVM_BY_READ)

static __noinline int svm_on_entry(struct kvm_vcpu *vcpu)
{
	return vcpu ? on_entry_by(vcpu, SVM_BY_READ) : 0;
}

SEC("?tp_btf/kvm_entry")
int BPF_PROG(svm_entry, struct kvm_vcpu *vcpu)
{
	return is_of_interest(vcpu) ? svm_on_entry(vcpu) : 0;
}

#endif
