/* SPDX-License-Identifier: GPL-2.0-only */
/* The hooks for kvm_amd, where they are not the same: on exits, and on what L1 is given. */
#ifndef NESTPROF_SVM_BPF_H
#define NESTPROF_SVM_BPF_H

#include "bpf/entry.bpf.h"
#include "bpf/svm_type.bpf.h"

static __always_inline int on_unusual_svm_exit(struct kvm_vcpu *vcpu, struct np_vcpu *v,
					       __u32 reason, bool timed)
{
	if (vcpu && v)
		np_fsm_exit(NULL, v, reason, level_of(vcpu), timed);
	return 0;
}

static __always_inline int on_rare_svm_exit(struct kvm_vcpu *vcpu, bool timed)
{
	struct np_vcpu *v = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	return v ? on_unusual_svm_exit(vcpu, v, svm_reason_by_read(v->key), timed) : 0;
}

#define SVM_EXIT_PROGRAM(name, code_by, timed)                                                     \
	static __noinline int name##_unusual(struct kvm_vcpu *vcpu, struct np_vcpu *v,             \
					    __u32 reason)                                  \
	{                                                                                          \
		return on_unusual_svm_exit(vcpu, v, reason, timed);                                \
	}                                                                                          \
	static __noinline int name##_rare(struct kvm_vcpu *vcpu)                                   \
	{                                                                                          \
		return on_rare_svm_exit(vcpu, timed);                                              \
	}                                                                                          \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, struct kvm_vcpu *vcpu)                                                  \
	{                                                                                          \
		SVM_SEAT(vcpu, name##_rare);                                                       \
		__u32 reason = code_by(vcpu, name##_rare);                                         \
                                                                                                   \
		if (!np_fsm_l1_exit(NULL, v, reason, timed))                                       \
			name##_unusual(vcpu, v, reason);                                           \
		return 0;                                                                          \
	}

SVM_EXIT_PROGRAM(svm_exit_cast, SVM_CODE_BY_CAST, UNTIMED)
SVM_EXIT_PROGRAM(svm_exit_cast_timed, SVM_CODE_BY_CAST, TIMED)
SVM_EXIT_PROGRAM(svm_exit_kptr, SVM_CODE_BY_KPTR, UNTIMED)
SVM_EXIT_PROGRAM(svm_exit_kptr_timed, SVM_CODE_BY_KPTR, TIMED)
SVM_EXIT_PROGRAM(svm_exit_read, SVM_CODE_BY_READ, UNTIMED)
SVM_EXIT_PROGRAM(svm_exit_read_timed, SVM_CODE_BY_READ, TIMED)

/* As entry_timed; with SVM's hooks `phasing` has one more than there are vCPUs in a phase. */
SEC("?tp_btf/kvm_entry")
int BPF_PROG(svm_entry_timed, struct kvm_vcpu *vcpu)
{
	if (!vcpu || (phasing <= 1 && !in_l2_at_once(vcpu, BY_CAST)))
		return 0;
	return entry_while_phasing(vcpu);
}

/* The code has 32 bits, or since 7.x 64. */
static __always_inline int on_svm_inject(__u32 code, bool timed)
{
	struct np_vcpu *v;

	ONLY_WANTED();
	v = find_current_vcpu();
	if (v)
		np_fsm_inject(NULL, v, np_svm_index(code), timed);
	return 0;
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(svm_inject, __u64 code)
{
	return on_svm_inject(code, UNTIMED);
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(svm_inject_timed, __u64 code)
{
	return on_svm_inject(code, TIMED);
}

#endif
