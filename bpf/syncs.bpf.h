/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks on the functions that copy between vmcs12 and the shadow VMCS. */
#ifndef NESTPROF_SYNCS_BPF_H
#define NESTPROF_SYNCS_BPF_H

static __always_inline int on_sync_begin(struct np_vcpu *v)
{
	if (v)
		v->sync_began = np_now(NULL);
	return 0;
}

static __always_inline int on_sync_end(struct np_vcpu *v, enum np_sync which)
{
	if (!v || !v->sync_began)
		return 0;
	v->sync[which].n++;
	v->sync[which].ns += np_now(NULL) - v->sync_began;
	v->sync_began = 0;
	return 0;
}

/* vmcs12 -> shadow VMCS, before L1 runs; shadow VMCS -> vmcs12, before L2 does. */
SEC("?fentry/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_begin, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_sync_begin(find_vcpu((__u64)vcpu));
}

SEC("?fexit/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_end, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_sync_end(find_vcpu((__u64)vcpu), NP_SYNC_TO_SHADOW);
}

SEC("?fentry/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_begin)
{
	ONLY_WANTED();
	return on_sync_begin(find_current_vcpu());
}

SEC("?fexit/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_end)
{
	ONLY_WANTED();
	return on_sync_end(find_current_vcpu(), NP_SYNC_FROM_SHADOW);
}

#endif
