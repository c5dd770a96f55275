/* SPDX-License-Identifier: GPL-2.0-only */
/* What record hooks in kvm_amd, where it is not the same as in kvm_intel. */
#ifndef NESTPROF_RECORD_SVM_BPF_H
#define NESTPROF_RECORD_SVM_BPF_H

#include "bpf/svm_code.bpf.h"

SEC("?tp_btf/kvm_exit")
int BPF_PROG(svm_exit_cast, struct kvm_vcpu *vcpu)
{
	struct np_tape *t = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	return t ? record_exit(vcpu, BY_READ, t, svm_reason_by_cast((__u64)vcpu)) : 0;
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(svm_exit_read, struct kvm_vcpu *vcpu)
{
	struct np_tape *t = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	return t ? record_exit(vcpu, BY_READ, t, svm_reason_by_read((__u64)vcpu)) : 0;
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(svm_inject, __u64 code)
{
	return on_inject(find_current_vcpu(), np_svm_index(code));
}

#endif
