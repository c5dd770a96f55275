/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which slot is a vCPU's, and the pools of rows and histogram pages. A slot is
 * found by a guess that its key confirms: no helper is called on the way that
 * almost every event takes.
 */
#ifndef NESTPROF_SLOTS_BPF_H
#define NESTPROF_SLOTS_BPF_H

#include "bpf/events.h"
#include "bpf/kvm_types.bpf.h"

#define GUESS_BITS 12 /* so many more than vCPUs that few of them share a guess */

const volatile __u32 target_tgid; /* count this process's VMs; 0: all */

__u64 lost_events;

/* Handed out once each, in order: slot i is vcpus[i]; rows and pages likewise. */
__u32 nr_slots, nr_rows, nr_pages;

struct np_vcpu vcpus[NP_MAX_VCPUS];

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NP_MAX_ROWS);
	__type(key, __u32);
	__type(value, struct np_l2_row);
} rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NP_MAX_HIST_PAGES);
	__type(key, __u32);
	__type(value, struct np_hist_page);
} pages SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NP_MAX_VCPUS);
	__type(key, __u64); /* address of a struct kvm_vcpu */
	__type(value, __u32);
} slot_of SEC(".maps");

/* Which slot was last found under a hash. */
__u16 guess[1 << GUESS_BITS];

/* bpf/pools.h says what these are; the pools are the maps above. */
struct np_pools;

static __always_inline struct np_l2_row *np_pool_row(struct np_pools *p, __u32 index)
{
	(void)p;
	index--;
	return bpf_map_lookup_elem(&rows, &index);
}

static __always_inline struct np_hist_page *np_pool_page(struct np_pools *p, __u32 index)
{
	(void)p;
	index--;
	return bpf_map_lookup_elem(&pages, &index);
}

static __always_inline __u32 take(__u32 *taken, __u32 max)
{
	__u32 n = *taken < max ? __sync_fetch_and_add(taken, 1) : max;

	return n < max ? n + 1 : 0;
}

/* The first rows belong to the slots. */
static __always_inline __u32 np_pool_new_row(struct np_pools *p)
{
	__u32 row = take(&nr_rows, NP_MAX_ROWS - NP_MAX_VCPUS);

	(void)p;
	return row ? row + NP_MAX_VCPUS : 0;
}

static __always_inline __u32 np_pool_new_page(struct np_pools *p)
{
	(void)p;
	return take(&nr_pages, NP_MAX_HIST_PAGES);
}

#include "bpf/nested_fsm.h"

static __always_inline __u32 hash_of(__u64 key)
{
	__u32 low;

	/* The verifier may know `key` for a pointer, which it lets nobody multiply. */
	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)key));
	return low * 0x9e3779b1u >> (32 - GUESS_BITS);
}

/* A slot for a vCPU that is seen for the first time; -1: none is left. */
static __always_inline int claim_slot(__u64 key)
{
	__u32 slot = take(&nr_slots, NP_MAX_VCPUS);
	struct np_vcpu *v;

	if (!slot || bpf_map_update_elem(&slot_of, &key, &slot, BPF_NOEXIST)) {
		__sync_fetch_and_add(&lost_events, 1);
		return -1;
	}
	v = &vcpus[(slot - 1) & (NP_MAX_VCPUS - 1)];
	np_fsm_init(v);
	v->shared_row = slot;
	v->isa = NP_ISA_VMX;
	v->tgid = bpf_get_current_pid_tgid() >> 32;
	v->key = key;
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

static __always_inline struct np_vcpu *guess_vcpu(__u64 key)
{
	return &vcpus[guess[hash_of(key)] & (NP_MAX_VCPUS - 1)];
}

static __always_inline struct np_vcpu *find_vcpu(__u64 key)
{
	struct np_vcpu *v = guess_vcpu(key);
	int slot;

	if (v->key == key)
		return v;
	slot = search_slot(key);
	return slot > 0 ? &vcpus[(slot - 1) & (NP_MAX_VCPUS - 1)] : NULL;
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

#endif
