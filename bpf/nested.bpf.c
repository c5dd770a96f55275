// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks on KVM's tracepoints, feeding the state machine of each vCPU. The
 * programs of one vCPU run on its thread, never beside each other, so its
 * counters need no atomic operations.
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
#include "bpf/nested_fsm.h"

char LICENSE[] SEC("license") = "GPL";

#define SLOT_BITS 9
#define CLAIM_TRIES 64 /* another CPU that claims one is done in less */
#define BASIC_EXIT_REASON 0xffff

_Static_assert(NP_MAX_VCPUS == 1 << SLOT_BITS, "a hash has SLOT_BITS");

const volatile __u32 target_tgid; /* count this process's VMs; 0: all */

__u64 lost_events;

/* Slots are handed out in order: slot i is vcpus[i]. */
__u32 nr_slots;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NP_MAX_VCPUS);
	__type(key, __u32);
	__type(value, struct np_vcpu);
} vcpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NP_MAX_VCPUS);
	__type(key, __u64); /* address of a struct kvm_vcpu */
	__type(value, __u32);
} slot_of SEC(".maps");

/* Slots of vCPUs that are gone, which user space has read and cleared. */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, NP_MAX_VCPUS);
	__type(value, __u32);
} free_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NP_MAX_VCPUS);
	__type(key, __u32); /* slot */
	__type(value, __u64);
} owner_of SEC(".maps");

/* Which slot was last found under a hash: a guess, checked against its key. */
__u32 guess[NP_MAX_VCPUS];

static __always_inline __u32 hash_of(__u64 key)
{
	__u32 low;

	/* The verifier may know `key` for a pointer, which it lets nobody multiply. */
	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)key));
	return low * 0x9e3779b1u >> (32 - SLOT_BITS);
}

static __always_inline void init_slot(__u32 slot, __u64 key, __u32 tgid)
{
	struct np_vcpu *v = bpf_map_lookup_elem(&vcpus, &slot);

	if (!v)
		return;
	np_fsm_init(v);
	v->isa = NP_ISA_VMX;
	v->tgid = tgid;
	v->vcpu_id = BPF_CORE_READ((struct kvm_vcpu *)key, vcpu_id);
	v->key = key;
}

/*
 * Whoever enters itself as the owner of the next slot has it. An atomic
 * fetch-and-add would do, but kernels before 5.12 refuse it.
 */
static __always_inline __u32 next_slot(__u64 key)
{
	for (int i = 0; i < CLAIM_TRIES; i++) {
		__u32 slot = *(volatile __u32 *)&nr_slots;

		if (slot >= NP_MAX_VCPUS)
			break;
		if (bpf_map_update_elem(&owner_of, &slot, &key, BPF_NOEXIST))
			continue;
		*(volatile __u32 *)&nr_slots = slot + 1;
		return slot;
	}
	return NP_MAX_VCPUS;
}

/* A new slot or one that is free again; NP_MAX_VCPUS: none is left. */
static __always_inline __u32 take_slot(__u64 key)
{
	__u32 slot = next_slot(key);

	/* An empty queue clears what it was to fill in. */
	if (slot >= NP_MAX_VCPUS && bpf_map_pop_elem(&free_slots, &slot))
		return NP_MAX_VCPUS;
	return slot;
}

/* A slot for a vCPU that is seen for the first time; -1: none is left, or not wanted. */
static __always_inline int claim_slot(__u64 key)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32, slot;

	if (target_tgid && tgid != target_tgid)
		return -1;
	slot = take_slot(key);
	if (slot >= NP_MAX_VCPUS || bpf_map_update_elem(&slot_of, &key, &slot, BPF_NOEXIST)) {
		__sync_fetch_and_add(&lost_events, 1);
		return -1;
	}
	init_slot(slot, key, tgid);
	return slot;
}

static __noinline int search_slot(__u64 key)
{
	__u32 *known = bpf_map_lookup_elem(&slot_of, &key);
	int slot = known ? *known : claim_slot(key);

	if (slot >= 0)
		guess[hash_of(key)] = slot;
	return slot;
}

static __always_inline struct np_vcpu *find_vcpu(__u64 key)
{
	__u32 slot = guess[hash_of(key)];
	struct np_vcpu *v = bpf_map_lookup_elem(&vcpus, &slot);
	int found;

	if (v && v->key == key)
		return v;
	found = search_slot(key);
	if (found < 0)
		return NULL;
	slot = found;
	return bpf_map_lookup_elem(&vcpus, &slot);
}

/* For events that do not name their vCPU: the one that this task runs. */
static __always_inline struct np_vcpu *find_current_vcpu(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct hlist_node *link = task->preempt_notifiers.first;

	if (!link) {
		__sync_fetch_and_add(&lost_events, 1);
		return NULL;
	}
	return find_vcpu((__u64)link -
			 bpf_core_field_offset(struct kvm_vcpu, preempt_notifier.link));
}

/* Whether the vCPU runs L2. Both fields change only between two exits. */
static __always_inline __u32 level_of(struct kvm_vcpu *vcpu)
{
	if (bpf_core_field_exists(struct kvm_vcpu, stat.guest_mode))
		return vcpu->stat.guest_mode ? NP_LEVEL_L2 : NP_LEVEL_L1;
	if (bpf_core_field_exists(struct vcpu_vmx, nested.vmcs02)) {
		struct vcpu_vmx *vmx = (void *)vcpu;
		void *loaded = BPF_CORE_READ(vmx, loaded_vmcs);

		return loaded == &vmx->nested.vmcs02 ? NP_LEVEL_L2 : NP_LEVEL_L1;
	}
	return NP_LEVEL_UNKNOWN;
}

static __always_inline __u32 exit_reason_of(struct kvm_vcpu *vcpu)
{
	__u32 reason = NP_REASON_OTHER;

	if (bpf_core_field_exists(struct vcpu_vmx___vt, vt.exit_reason)) {
		struct vcpu_vmx___vt *vmx = (void *)vcpu;

		bpf_core_read(&reason, sizeof(reason), &vmx->vt.exit_reason);
	} else if (bpf_core_field_exists(struct vcpu_vmx___reason, exit_reason)) {
		struct vcpu_vmx___reason *vmx = (void *)vcpu;

		bpf_core_read(&reason, sizeof(reason), &vmx->exit_reason);
	}
	return reason;
}

static __always_inline int on_exit(struct kvm_vcpu *vcpu, __u32 reason)
{
	struct np_vcpu *v = find_vcpu((__u64)vcpu);

	if (v)
		np_fsm_exit(v, reason & BASIC_EXIT_REASON, level_of(vcpu));
	return 0;
}

static __always_inline int on_nested_vmexit(struct kvm_vcpu *vcpu)
{
	struct np_vcpu *v = find_vcpu((__u64)vcpu);

	if (v)
		np_fsm_nested_vmexit(v);
	return 0;
}

static __always_inline int on_vmenter(struct np_vcpu *v)
{
	if (v)
		np_fsm_vmenter(v);
	return 0;
}

#include "bpf/nested_raw.bpf.h"

/*
 * kvm_exit and kvm_nested_vmexit have had two prototypes; collector/btf_probe.c
 * picks. Newer verifiers think that the vCPU might be NULL.
 */
SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_of_vcpu, struct kvm_vcpu *vcpu, __u32 isa)
{
	if (!vcpu || isa != NP_ISA_VMX)
		return 0;
	return on_exit(vcpu, exit_reason_of(vcpu));
}

SEC("?tp_btf/kvm_nested_vmexit")
int BPF_PROG(nested_vmexit_of_vcpu, struct kvm_vcpu *vcpu, __u32 isa)
{
	if (!vcpu || isa != NP_ISA_VMX)
		return 0;
	return on_nested_vmexit(vcpu);
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_with_reason, __u32 reason, struct kvm_vcpu *vcpu, __u32 isa)
{
	if (!vcpu || isa != NP_ISA_VMX)
		return 0;
	return on_exit(vcpu, reason);
}

SEC("?tp_btf/kvm_nested_vmexit")
int BPF_PROG(nested_vmexit_with_reason, __u32 reason, struct kvm_vcpu *vcpu, __u32 isa)
{
	if (!vcpu || isa != NP_ISA_VMX)
		return 0;
	return on_nested_vmexit(vcpu);
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(nested_vmexit_inject, __u32 reason, __u64 info1, __u64 info2, __u32 int_info,
	     __u32 int_info_err, __u32 isa)
{
	struct np_vcpu *v;

	if (isa != NP_ISA_VMX)
		return 0;
	v = find_current_vcpu();
	if (v)
		np_fsm_inject(v, reason & BASIC_EXIT_REASON);
	return 0;
}

SEC("?tp_btf/kvm_nested_vmenter")
int BPF_PROG(nested_vmenter, __u64 rip, __u64 vmcs, __u64 nested_rip, __u32 int_ctl,
	     __u32 event_inj, bool tdp, __u64 guest_tdp_pgd, __u64 guest_cr3, __u32 isa)
{
	if (isa != NP_ISA_VMX)
		return 0;
	return on_vmenter(find_current_vcpu());
}

/* Where that tracepoint is SVM's alone. */
SEC("?fentry/nested_vmx_enter_non_root_mode")
int BPF_PROG(nested_vmenter_function, struct kvm_vcpu *vcpu)
{
	return vcpu ? on_vmenter(find_vcpu((__u64)vcpu)) : 0;
}

/* Another vCPU may come to be at its address. */
SEC("?fentry/kvm_arch_vcpu_destroy")
int BPF_PROG(vcpu_destroyed, struct kvm_vcpu *vcpu)
{
	__u64 key = (__u64)vcpu;
	__u32 *slot = bpf_map_lookup_elem(&slot_of, &key);
	struct np_vcpu *v = slot ? bpf_map_lookup_elem(&vcpus, slot) : NULL;

	if (!v)
		return 0;
	bpf_map_delete_elem(&slot_of, &key);
	np_fsm_gap(v);
	v->key = NP_KEY_GONE;
	return 0;
}
