// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks on KVM's tracepoints that write down what happens, and nothing else:
 * what it means is worked out later, from the recording. The programs of one
 * vCPU run on its thread, never beside each other, so it has a tape of its own.
 */
#define __TARGET_ARCH_x86 /* how bpf_tracing.h reads struct pt_regs */

#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/kvm_types.bpf.h"
#include "bpf/record_maps.bpf.h"

#define SLOT struct np_tape

static __always_inline void begin_slot(struct np_tape *t, __u32 slot)
{
	t->slot = slot;
}

static __always_inline void end_slot(struct np_tape *t)
{
	(void)t; /* user space reads it to its end */
}

#include "bpf/slots.bpf.h"
#include "bpf/reason.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* When it is known whose exit it is and why: in the least of instructions. */
static __always_inline int on_exit(struct kvm_vcpu *vcpu, struct np_tape *t, __u32 reason)
{
	reason &= BASIC_EXIT_REASON;
	if (reason > NP_EVENT_REASON_MAX)
		reason = NP_EVENT_REASON_MAX;
	return record(t, np_event_word(NP_EVENT_EXIT, level_of(vcpu), reason, 0));
}

static __noinline int on_exit_after_search(struct kvm_vcpu *vcpu, __u32 reason)
{
	struct np_tape *t = find_vcpu((__u64)vcpu);

	return t ? on_exit(vcpu, t, reason) : 0;
}

static __always_inline int on_exit_for(struct kvm_vcpu *vcpu, __u32 reason)
{
	struct np_tape *t = guess_vcpu((__u64)vcpu);

	if (t->key != (__u64)vcpu)
		return on_exit_after_search(vcpu, reason);
	return on_exit(vcpu, t, reason);
}

static __noinline int on_exit_by_read(struct kvm_vcpu *vcpu)
{
	return on_exit_for(vcpu, reason_by_read(vcpu));
}

/* kvm_exit has had two prototypes, and there are several ways to the reason. */
SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_cast, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_exit_for(vcpu, reason_by_cast(vcpu));
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_kptr, struct kvm_vcpu *vcpu)
{
	struct vcpu_vmx___reason *vmx;
	struct typed_vcpu *t;
	__u32 hash;

	ONLY_WANTED_VCPU(vcpu);
	hash = hash_of((__u64)vcpu);
	t = bpf_map_lookup_elem(&typed, &hash);
	vmx = t ? (void *)t->vmx : NULL;
	if (!vmx || (__u64)vmx != (__u64)vcpu)
		return on_exit_by_read(vcpu);
	return on_exit(vcpu, &vcpus[(t->slot - 1) & (NP_MAX_VCPUS - 1)], vmx->exit_reason.full);
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_read, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_exit_by_read(vcpu);
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_with_reason, __u32 reason, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_exit_for(vcpu, reason);
}

static __always_inline int on_entry(struct kvm_vcpu *vcpu, struct np_tape *t)
{
	return record(t, np_event_word(NP_EVENT_ENTRY, level_of(vcpu), 0, 0));
}

static __noinline int on_entry_after_search(struct kvm_vcpu *vcpu)
{
	struct np_tape *t = find_vcpu((__u64)vcpu);

	return t ? on_entry(vcpu, t) : 0;
}

SEC("?tp_btf/kvm_entry")
int BPF_PROG(entry, struct kvm_vcpu *vcpu)
{
	struct np_tape *t;

	ONLY_WANTED_VCPU(vcpu);
	t = guess_vcpu((__u64)vcpu);
	if (t->key != (__u64)vcpu)
		return on_entry_after_search(vcpu);
	return on_entry(vcpu, t);
}

static __always_inline int record_for(struct np_tape *t, __u32 type, __u32 reason)
{
	return t ? record(t, np_event_word(type, NP_LEVEL_UNKNOWN, reason, 0)) : 0;
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(inject, __u32 reason)
{
	ONLY_WANTED();
	reason &= BASIC_EXIT_REASON;
	if (reason > NP_EVENT_REASON_MAX)
		reason = NP_EVENT_REASON_MAX;
	return record_for(find_current_vcpu(), NP_EVENT_INJECT, reason);
}

SEC("?tp_btf/kvm_nested_vmenter")
int BPF_PROG(vmenter)
{
	struct np_tape *t;

	ONLY_WANTED();
	t = find_current_vcpu();
	if (t)
		t->entered = 1;
	return record_for(t, NP_EVENT_VMENTER, 0);
}

/* Where that tracepoint is SVM's alone. */
SEC("?fentry/nested_vmx_enter_non_root_mode")
int BPF_PROG(vmenter_function, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return record_for(find_vcpu((__u64)vcpu), NP_EVENT_VMENTER, 0);
}

/* Keeps a vCPU's typed pointer. The session takes this out when it has them all. */
SEC("?fentry/prepare_vmcs02_early")
int BPF_PROG(learn_type, struct vcpu_vmx *vmx)
{
	__u32 hash = hash_of((__u64)vmx);
	struct typed_vcpu *typed_vcpu = bpf_map_lookup_elem(&typed, &hash);
	struct np_tape *t;

	ONLY_WANTED();
	t = find_current_vcpu();
	if (t && typed_vcpu) {
		typed_vcpu->slot = t->slot;
		typed_vcpu->vmx = vmx;
		t->typed = 1;
	}
	return 0;
}

/* vmcs12 -> shadow VMCS, before L1 runs; shadow VMCS -> vmcs12, before L2 does. */
SEC("?fentry/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_begin, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return record_for(find_vcpu((__u64)vcpu), NP_EVENT_SYNC, NP_SYNC_TO_SHADOW);
}

SEC("?fexit/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_end, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return record_for(find_vcpu((__u64)vcpu), NP_EVENT_SYNCED, NP_SYNC_TO_SHADOW);
}

SEC("?fentry/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_begin)
{
	ONLY_WANTED();
	return record_for(find_current_vcpu(), NP_EVENT_SYNC, NP_SYNC_FROM_SHADOW);
}

SEC("?fexit/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_end)
{
	ONLY_WANTED();
	return record_for(find_current_vcpu(), NP_EVENT_SYNCED, NP_SYNC_FROM_SHADOW);
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
