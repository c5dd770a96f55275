/* SPDX-License-Identifier: GPL-2.0-only */
/* The hooks for kvm_amd, where they are not the same: on exits and entries. */
#ifndef NESTPROF_SVM_BPF_H
#define NESTPROF_SVM_BPF_H

#include "bpf/entry.bpf.h"
#include "bpf/svm_type.bpf.h"

EXIT_FUNCTION(svm_exit_of, SVM_BY_KEY, UNTIMED)
EXIT_FUNCTION(svm_exit_of_timed, SVM_BY_KEY, TIMED)
ENTRY_FUNCTION(svm_entry_of, SVM_BY_KEY)

static __always_inline int on_unusual_svm_exit(struct np_vcpu *v, __u32 reason, bool timed)
{
	return timed ? svm_exit_of_timed(v->shared_row, reason)
		     : svm_exit_of(v->shared_row, reason);
}

static __always_inline int on_rare_svm_exit(struct kvm_vcpu *vcpu, bool timed)
{
	struct np_vcpu *v = vcpu ? find_vcpu((__u64)vcpu) : NULL;
	__u32 reason;

	if (!v)
		return 0;
	reason = svm_reason_by_read(v->key);
	if (level_of(vcpu) == NP_LEVEL_L1 && np_fsm_outside_exit(v, reason))
		return 0;
	return on_unusual_svm_exit(v, reason, timed);
}

/* `found` is what `way` begins at, once code_by() has been asked. */
#define SVM_EXIT_PROGRAM(name, code_by, found, way, timed)                                         \
	static __noinline int name##_rare(struct kvm_vcpu *vcpu)                                   \
	{                                                                                          \
		return on_rare_svm_exit(vcpu, timed);                                              \
	}                                                                                          \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, struct kvm_vcpu *vcpu)                                                  \
	{                                                                                          \
		SVM_SEAT(vcpu, name##_rare);                                                       \
		__u32 reason;                                                                      \
                                                                                                   \
		code_by(reason);                                                                   \
		if (!on_usual_exit(found, v, reason, way, timed))                                  \
			on_unusual_svm_exit(v, reason, timed);                                     \
		return 0;                                                                          \
	}

SVM_EXIT_PROGRAM(svm_exit_cast, SVM_CODE_BY_CAST, vcpu, SVM_BY_CAST, UNTIMED)
SVM_EXIT_PROGRAM(svm_exit_cast_timed, SVM_CODE_BY_CAST, vcpu, SVM_BY_CAST, TIMED)
SVM_EXIT_PROGRAM(svm_exit_kptr, SVM_CODE_BY_KPTR, svm, SVM_BY_KPTR, UNTIMED)
SVM_EXIT_PROGRAM(svm_exit_kptr_timed, SVM_CODE_BY_KPTR, svm, SVM_BY_KPTR, TIMED)
SVM_EXIT_PROGRAM(svm_exit_read, SVM_CODE_BY_READ, vcpu, SVM_BY_READ, UNTIMED)
SVM_EXIT_PROGRAM(svm_exit_read_timed, SVM_CODE_BY_READ, vcpu, SVM_BY_READ, TIMED)

static __noinline int svm_entry(struct kvm_vcpu *vcpu)
{
	struct np_vcpu *v = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	if (!v)
		return 0;
	if (level_by(vcpu, SVM_BY_READ) == NP_LEVEL_L2 ? np_fsm_usual_l2_entry(NULL, v)
						       : np_fsm_l1_entry(NULL, v))
		return 0;
	return svm_entry_of(v->shared_row);
}

/* As entry_timed. */
SEC("?tp_btf/kvm_entry")
int BPF_PROG(svm_entry_timed, struct kvm_vcpu *vcpu)
{
	if (!vcpu || (!phasing && !in_l2_at_once(vcpu, BY_CAST)))
		return 0;
	return svm_entry(vcpu);
}

#endif
