/* SPDX-License-Identifier: GPL-2.0-only */
/* What record hooks in kvm_amd, where it is not the same as in kvm_intel. */
#ifndef NESTPROF_RECORD_SVM_BPF_H
#define NESTPROF_RECORD_SVM_BPF_H

#include "bpf/svm_code.bpf.h"

SEC("?tp_btf/kvm_exit")
int BPF_PROG(svm_exit_cast, struct kvm_vcpu *vcpu)
{
	if (!vcpu || is_unwanted_at(seat_of((__u64)vcpu), vcpu))
		return 0;
	return on_exit_for(vcpu, svm_reason_by_cast((__u64)vcpu));
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(svm_exit_read, struct kvm_vcpu *vcpu)
{
	if (!vcpu || is_unwanted_at(seat_of((__u64)vcpu), vcpu))
		return 0;
	return on_exit_for(vcpu, svm_reason_by_read((__u64)vcpu));
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(svm_inject, __u64 code)
{
	struct np_tape *t = find_current_vcpu();

	if (!t)
		return 0;
	t->in_l1 = in_l1(t);
	return record(t, inject_word(np_svm_index(code)));
}

#endif
