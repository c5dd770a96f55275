/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which slot is a vCPU's. A slot is found by a guess that its key confirms: no
 * helper is called on the way that almost every event takes. Slots are numbered
 * from 1.
 *
 * Before this is included, SLOT is what a slot is, a struct with key, tgid, isa
 * and vcpu_id; begin_slot() and end_slot() do what there is to do for the rest.
 */
#ifndef NESTPROF_SLOTS_BPF_H
#define NESTPROF_SLOTS_BPF_H

#include "bpf/events.h"
#include "bpf/free_list.bpf.h"
#include "bpf/kvm_types.bpf.h"

#define GUESS_BITS 12 /* so many more than vCPUs that few of them share a guess */

const volatile __u32 target_tgid; /* only this process's VMs; 0: all */

__u64 lost_events;

SLOT vcpus[NP_MAX_VCPUS];

FREE_LIST(free_slots, NP_MAX_VCPUS);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NP_MAX_VCPUS);
	__type(key, __u64); /* address of a struct kvm_vcpu */
	__type(value, __u32);
} slot_of SEC(".maps");

/* Which slot was last found under a hash. */
__u16 guess[1 << GUESS_BITS];

/* By hash: the address of a vCPU that was found to be of no interest. */
__u64 unwanted[1 << GUESS_BITS];

/* Whether vCPUs that are destroyed are forgotten, so that addresses can be remembered. */
const volatile bool forgets;

static __always_inline __u32 hash_of(__u64 key)
{
	__u32 low;

	/* The verifier may know `key` for a pointer, which it lets nobody multiply. */
	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)key));
	return low * 0x9e3779b1u >> (32 - GUESS_BITS);
}

static __always_inline void init_slot(SLOT *v, __u32 slot, __u64 key, __u32 tgid)
{
	begin_slot(v, slot);
	v->isa = NP_ISA_VMX;
	v->tgid = tgid;
	v->vcpu_id = BPF_CORE_READ((struct kvm_vcpu *)key, vcpu_id);
	v->key = key;
}

/* A slot for a vCPU that is seen for the first time; -1: none is left, or not wanted. */
static __always_inline int claim_slot(__u64 key)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32, slot = 0;

	if (target_tgid && tgid != target_tgid) {
		if (forgets)
			unwanted[hash_of(key)] = key;
		return -1;
	}
	if (bpf_map_pop_elem(&free_slots, &slot) ||
	    bpf_map_update_elem(&slot_of, &key, &slot, BPF_NOEXIST)) {
		__sync_fetch_and_add(&lost_events, 1);
		return -1;
	}
	init_slot(&vcpus[(slot - 1) & (NP_MAX_VCPUS - 1)], slot, key, tgid);
	return slot;
}

/* Slot + 1; not positive without one. */
static __noinline int search_slot(__u64 key)
{
	__u32 *known = bpf_map_lookup_elem(&slot_of, &key);
	int slot = known ? *known : claim_slot(key);

	if (slot > 0)
		guess[hash_of(key)] = slot - 1;
	return slot;
}

static __always_inline bool is_unwanted(__u64 key)
{
	return target_tgid && unwanted[hash_of(key)] == key;
}

static __always_inline SLOT *guess_vcpu(__u64 key)
{
	return &vcpus[guess[hash_of(key)] & (NP_MAX_VCPUS - 1)];
}

static __always_inline SLOT *find_vcpu(__u64 key)
{
	SLOT *v = guess_vcpu(key);
	int slot;

	if (v->key == key)
		return v;
	slot = search_slot(key);
	return slot > 0 ? &vcpus[(slot - 1) & (NP_MAX_VCPUS - 1)] : NULL;
}

/* Another vCPU may come to be at its address. */
static __always_inline void forget_vcpu(__u64 key)
{
	__u32 *slot = bpf_map_lookup_elem(&slot_of, &key);
	__u32 hash = hash_of(key);

	if (unwanted[hash] == key)
		unwanted[hash] = 0;
	if (!slot)
		return;
	end_slot(&vcpus[(*slot - 1) & (NP_MAX_VCPUS - 1)]);
	vcpus[(*slot - 1) & (NP_MAX_VCPUS - 1)].key = NP_KEY_GONE;
	bpf_map_delete_elem(&slot_of, &key);
}

/* For events that do not name their vCPU: the one that this task runs. */
static __always_inline SLOT *find_current_vcpu(void)
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

/*
 * How every program begins: most events may be of VMs that nobody asked about.
 * The barrier keeps clang from making one condition of two, which costs more.
 */
#define ONLY_WANTED()                                                                              \
	do {                                                                                       \
		__u32 target = target_tgid;                                                        \
                                                                                                   \
		if (target && target != (__u32)(bpf_get_current_pid_tgid() >> 32))                 \
			return 0;                                                                  \
		barrier();                                                                         \
	} while (0)

/*
 * The same where the event says which vCPU: that needs no helper. Newer
 * verifiers want to see that it is not NULL.
 */
#define ONLY_WANTED_VCPU(vcpu)                                                                     \
	do {                                                                                       \
		if (!(vcpu) || is_unwanted((__u64)(vcpu)))                                         \
			return 0;                                                                  \
		barrier();                                                                         \
	} while (0)

#endif
