/* SPDX-License-Identifier: GPL-2.0-only */
/* The hooks for kvm_amd, where they are not the same: on exits, and on what L1 is given. */
#ifndef NESTPROF_SVM_BPF_H
#define NESTPROF_SVM_BPF_H

#include "bpf/infer.bpf.h"
#include "bpf/svm_code.bpf.h"

static __always_inline int on_svm_exit(struct kvm_vcpu *vcpu, enum way way, bool timed)
{
	struct np_vcpu *v;
	__u32 reason;

	ONLY_WANTED_VCPU(vcpu);
	v = find_vcpu((__u64)vcpu);
	if (!v)
		return 0;
	reason = way == BY_CAST ? svm_reason_by_cast(v->key) : svm_reason_by_read(v->key);
	if (!np_fsm_l1_exit(NULL, v, reason, timed))
		np_fsm_exit(NULL, v, reason, level_of(vcpu), timed);
	return 0;
}

#define SVM_EXIT_PROGRAM(name, way, timed)                                                         \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, struct kvm_vcpu *vcpu)                                                  \
	{                                                                                          \
		return on_svm_exit(vcpu, way, timed);                                              \
	}

SVM_EXIT_PROGRAM(svm_exit_cast, BY_CAST, UNTIMED)
SVM_EXIT_PROGRAM(svm_exit_cast_timed, BY_CAST, TIMED)
SVM_EXIT_PROGRAM(svm_exit_read, BY_READ, UNTIMED)
SVM_EXIT_PROGRAM(svm_exit_read_timed, BY_READ, TIMED)

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
