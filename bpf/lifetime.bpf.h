/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's beginning and end, as far as the programs of stat keep something about it.
 */
#ifndef NESTPROF_LIFETIME_BPF_H
#define NESTPROF_LIFETIME_BPF_H

/* Keeps a vCPU's typed pointer. The session takes this out when it has them all. */
SEC("?fentry/prepare_vmcs02_early")
int BPF_PROG(learn_type, struct vcpu_vmx *vmx)
{
	__u32 hash = hash_of((__u64)vmx);
	struct typed_vcpu *t = bpf_map_lookup_elem(&typed, &hash);
	struct np_vcpu *v;

	ONLY_WANTED();
	v = find_current_vcpu();
	if (!v || !t)
		return 0;
	keep_type(t, vmx);
	v->typed = 1; /* or never will be, without a seat */
	return 0;
}

SEC("?fentry/kvm_arch_vcpu_destroy")
int BPF_PROG(vcpu_destroyed, struct kvm_vcpu *vcpu)
{
	forget_vcpu((__u64)vcpu);
	return 0;
}

/* The same where the exit reason is found by a typed pointer. */
SEC("?fentry/kvm_arch_vcpu_destroy")
int BPF_PROG(typed_vcpu_destroyed, struct kvm_vcpu *vcpu)
{
	__u32 hash = hash_of((__u64)vcpu);
	struct typed_vcpu *t = bpf_map_lookup_elem(&typed, &hash);

	if (t && (__u64)t->vmx == (__u64)vcpu)
		t->vmx = NULL;
	forget_vcpu((__u64)vcpu);
	return 0;
}

#endif
