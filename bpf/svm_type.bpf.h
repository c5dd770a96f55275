/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The typed pointer of a vCPU of kvm_amd's, kept as that of kvm_intel's is (bpf/reason.bpf.h):
 * until a vCPU's first exit that is given to L1 it has none. Include it after slots.bpf.h.
 */
#ifndef NESTPROF_SVM_TYPE_BPF_H
#define NESTPROF_SVM_TYPE_BPF_H

#include "bpf/svm_code.bpf.h"

typedef struct vcpu_svm vcpu_svm_t; /* clang 14 loses the tag of a plain struct */

struct typed_svm {
	vcpu_svm_t __attribute__((btf_type_tag("kptr"))) *svm;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NP_SEATS); /* as the seats */
	__type(key, __u32);
	__type(value, struct typed_svm);
} typed_svm SEC(".maps");

/* As keep_type(). */
static __always_inline void keep_svm_type(struct typed_svm *t, struct vcpu_svm *svm)
{
	struct np_seat *seat = seat_of((__u64)svm);

	if (!is_untyped(seat, (__u64)svm))
		return;
	t->svm = svm;
	barrier();
	seat->key = (__u64)svm;
}

/* The session takes this out when it has them all. */
SEC("?fentry/nested_svm_vmexit")
int BPF_PROG(learn_svm, struct vcpu_svm *svm)
{
	__u32 hash = hash_of((__u64)svm);
	struct typed_svm *t = bpf_map_lookup_elem(&typed_svm, &hash);
	SLOT *v;

	ONLY_WANTED();
	v = find_current_vcpu();
	if (!v || !t)
		return 0;
	keep_svm_type(t, svm);
	v->typed = 1; /* or never will be, without a seat */
	return 0;
}

SEC("?fentry/kvm_arch_vcpu_destroy")
int BPF_PROG(typed_svm_destroyed, struct kvm_vcpu *vcpu)
{
	__u32 hash = hash_of((__u64)vcpu);
	struct typed_svm *t = bpf_map_lookup_elem(&typed_svm, &hash);

	if (t && (__u64)t->svm == (__u64)vcpu)
		t->svm = NULL;
	forget_vcpu((__u64)vcpu);
	return 0;
}

/*
 * Begins a program on kvm_exit: `v`, and the code of the exit. `rarely` is called for a vCPU
 * without a seat, as one is whose typed pointer is asked for and not known yet.
 */
#define SVM_SEAT(vcpu, rarely)                                                                     \
	__u32 hash = hash_of((__u64)(vcpu));                                                       \
	struct np_seat *seat = seat_at(hash);                                                      \
	SLOT *v;                                                                                   \
                                                                                                   \
	if (seat->key != (__u64)(vcpu))                                                            \
		return seat->key - NP_UNWANTED == (__u64)(vcpu) ? 0 : rarely(vcpu);                \
	v = vcpu_at(seat->at)

#define SVM_CODE_BY_CAST(reason) reason = svm_reason_by_cast(seat->key)
#define SVM_CODE_BY_READ(reason) reason = svm_reason_by_read(seat->key)
#define SVM_CODE_BY_KPTR(reason)                                                                   \
	struct typed_svm *t = bpf_map_lookup_elem(&typed_svm, &hash);                              \
	struct vcpu_svm *svm = t ? t->svm : NULL;                                                  \
                                                                                                   \
	if (!svm) /* for the verifier alone */                                                     \
		return 0;                                                                          \
	reason = np_svm_index(svm->vmcb->control.exit_code)

#endif
