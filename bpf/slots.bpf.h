/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which slot is a vCPU's, and the pools of rows and histogram pages. A slot is
 * found by a guess that its key confirms: no helper is called on the way that
 * almost every event takes. Indexes of slots, rows and pages start at 1.
 */
#ifndef NESTPROF_SLOTS_BPF_H
#define NESTPROF_SLOTS_BPF_H

#include "bpf/events.h"
#include "bpf/kvm_types.bpf.h"

#define GUESS_BITS 12 /* so many more than vCPUs that few of them share a guess */

const volatile __u32 target_tgid; /* count this process's VMs; 0: all */
const volatile __u32 phases_every = 1; /* of so many round trips, one has its phases measured */

__u64 lost_events;

struct np_vcpu vcpus[NP_MAX_VCPUS];

/*
 * What is free: user space puts it in, at first and when a vCPU is gone and its
 * counters are read. (A counter would do for what was never used, but kernels
 * before 5.12 refuse an atomic operation that returns something.)
 */
#define FREE_LIST(name, max)                                                                       \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_QUEUE);                                                  \
		__uint(max_entries, max);                                                          \
		__type(value, __u32);                                                              \
	} name SEC(".maps")

FREE_LIST(free_slots, NP_MAX_VCPUS);
FREE_LIST(free_rows, NP_MAX_ROWS);
FREE_LIST(free_pages, NP_MAX_HIST_PAGES);

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

/* By hash: the address of a vCPU that was found to be of no interest. */
__u64 unwanted[1 << GUESS_BITS];

/* Whether vCPUs that are destroyed are forgotten, so that addresses can be remembered. */
const volatile bool forgets;

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

static __always_inline __u64 np_now(const struct np_pools *p)
{
	(void)p;
	return bpf_ktime_get_ns();
}

static __always_inline __u32 np_phases_every(const struct np_pools *p)
{
	(void)p;
	return phases_every;
}

/* An empty queue clears what it was to fill in. */
static __always_inline __u32 np_pool_new_row(struct np_pools *p)
{
	__u32 row = 0;

	(void)p;
	return bpf_map_pop_elem(&free_rows, &row) ? 0 : row;
}

static __always_inline __u32 np_pool_new_page(struct np_pools *p)
{
	__u32 page = 0;

	(void)p;
	return bpf_map_pop_elem(&free_pages, &page) ? 0 : page;
}

#include "bpf/nested_fsm.h"

static __always_inline __u32 hash_of(__u64 key)
{
	__u32 low;

	/* The verifier may know `key` for a pointer, which it lets nobody multiply. */
	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)key));
	return low * 0x9e3779b1u >> (32 - GUESS_BITS);
}

static __always_inline void init_slot(struct np_vcpu *v, __u32 slot, __u64 key, __u32 tgid)
{
	np_fsm_init(v);
	v->shared_row = slot;
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

/* Another vCPU may come to be at its address. */
static __always_inline void forget_vcpu(__u64 key)
{
	__u32 *slot = bpf_map_lookup_elem(&slot_of, &key);
	__u32 hash = hash_of(key);

	if (unwanted[hash] == key)
		unwanted[hash] = 0;
	if (!slot)
		return;
	np_fsm_gap(&vcpus[(*slot - 1) & (NP_MAX_VCPUS - 1)]);
	vcpus[(*slot - 1) & (NP_MAX_VCPUS - 1)].key = NP_KEY_GONE;
	bpf_map_delete_elem(&slot_of, &key);
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
