/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which slot is a vCPU's. A slot is found in a seat that its key confirms: no
 * helper is called on the way that almost every event takes. Slots are numbered
 * from 1.
 *
 * Before this is included, SLOT is what a slot is, a struct with key, tgid, isa
 * and vcpu_id whose size is a power of 2; begin_slot() and end_slot() do what there
 * is to do for the rest.
 */
#ifndef NESTPROF_SLOTS_BPF_H
#define NESTPROF_SLOTS_BPF_H

#include "bpf/events.h"
#include "bpf/free_list.bpf.h"
#include "bpf/kvm_types.bpf.h"

_Static_assert(!(sizeof(SLOT) & (sizeof(SLOT) - 1)), "vcpu_at() masks offsets");

const volatile __u32 target_tgid; /* only this process's VMs; 0: all */

const volatile __u32 kvm_isa = NP_ISA_VMX; /* that of this host's KVM */

__u64 lost_events;

SLOT vcpus[NP_MAX_VCPUS];

FREE_LIST(free_slots, NP_MAX_VCPUS);

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NP_MAX_VCPUS);
	__type(key, __u64); /* address of a struct kvm_vcpu */
	__type(value, __u32);
} slot_of SEC(".maps");

/*
 * Where most events find their vCPU, without a helper: a seat, by hash, which the
 * first vCPU to come keeps until it is destroyed. seat_taken makes one of two that
 * come at once the first; what comes later is looked up in slot_of.
 */
struct np_seat seats[NP_SEATS];

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NP_SEATS / 2);
	__type(key, __u32);
	__type(value, __u32);
} seat_taken SEC(".maps");

const volatile bool asks_types; /* exits are looked at by a typed pointer to their vCPU */

/* Whether vCPUs that are destroyed are forgotten, so that addresses can be remembered. */
const volatile bool forgets;

/* The one register is for clang, which would come to the address again for each use. */
static __always_inline SLOT *vcpu_at(__u32 at)
{
	SLOT *v = (void *)vcpus + (at & ((NP_MAX_VCPUS - 1) * sizeof(SLOT)));

	barrier_var(v);
	return v;
}

static __always_inline SLOT *vcpu_of(__u32 slot)
{
	return vcpu_at((slot - 1) * sizeof(SLOT));
}

/* A struct kvm_vcpu is larger than a page: no two of them are in the same one. */
static __always_inline __u32 hash_of(__u64 key)
{
	__u32 low;

	/* The verifier may know `key` for a pointer, which it lets nobody shift. */
	asm volatile("%0 = %1" : "=w"(low) : "w"((__u32)key));
	return (low >> 12) & (NP_SEATS - 1);
}

static __always_inline void init_slot(SLOT *v, __u32 slot, __u64 key, __u32 tgid)
{
	begin_slot(v, slot);
	v->isa = kvm_isa;
	v->tgid = tgid;
	v->vcpu_id = BPF_CORE_READ((struct kvm_vcpu *)key, vcpu_id);
	v->key = key;
}

static __always_inline struct np_seat *seat_at(__u32 hash)
{
	struct np_seat *seat = &seats[hash];

	barrier_var(seat);
	return seat;
}

static __always_inline struct np_seat *seat_of(__u64 key)
{
	return seat_at(hash_of(key));
}

static __always_inline void take_seat(__u64 key, __u64 as, __u32 slot)
{
	struct np_seat *seat = seat_of(key);
	__u32 hash = hash_of(key);

	if (seat->key || bpf_map_update_elem(&seat_taken, &hash, &slot, BPF_NOEXIST))
		return;
	seat->at = (slot - 1) * sizeof(SLOT);
	barrier();
	seat->key = as;
}

static __always_inline bool is_untyped(const struct np_seat *seat, __u64 key)
{
	return asks_types && seat->key - NP_UNTYPED == key;
}

/* Typed or not. */
static __always_inline bool is_seat_of(const struct np_seat *seat, __u64 key)
{
	return seat->key == key || is_untyped(seat, key);
}

static __always_inline void leave_seat(__u64 key)
{
	struct np_seat *seat = seat_of(key);
	__u32 hash = hash_of(key);

	if (!is_seat_of(seat, key) && seat->key - NP_UNWANTED != key)
		return;
	seat->key = 0;
	bpf_map_delete_elem(&seat_taken, &hash);
}

/* A slot for a vCPU that is seen for the first time; -1: none is left, or not wanted. */
static __always_inline int claim_slot(__u64 key)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32, slot = 0;

	if (target_tgid && tgid != target_tgid) {
		if (forgets)
			take_seat(key, key + NP_UNWANTED, 1);
		return -1;
	}
	if (bpf_map_pop_elem(&free_slots, &slot) ||
	    bpf_map_update_elem(&slot_of, &key, &slot, BPF_NOEXIST)) {
		__sync_fetch_and_add(&lost_events, 1);
		return -1;
	}
	init_slot(vcpu_of(slot), slot, key, tgid);
	return slot;
}

/* Slots begin at 1; not positive: it has none. */
static __noinline int search_slot(__u64 key)
{
	__u32 *known = bpf_map_lookup_elem(&slot_of, &key);
	int slot = known ? *known : claim_slot(key);

	if (slot > 0)
		take_seat(key, asks_types ? key + NP_UNTYPED : key, slot);
	return slot;
}

static __always_inline bool is_unwanted(__u64 key)
{
	return target_tgid && seat_of(key)->key - NP_UNWANTED == key;
}

static __always_inline SLOT *search_vcpu(__u64 key)
{
	int slot = search_slot(key);

	return slot > 0 ? vcpu_of(slot) : NULL;
}

static __always_inline SLOT *find_vcpu(__u64 key)
{
	struct np_seat *seat = seat_of(key);

	if (seat->key == key)
		return vcpu_at(seat->at);
	if (target_tgid && seat->key - NP_UNWANTED == key)
		return NULL;
	if (is_untyped(seat, key))
		return vcpu_at(seat->at);
	return search_vcpu(key);
}

/* As find_vcpu() for one without a seat; NULL: it has not been seen yet. */
static __always_inline SLOT *known_vcpu(__u64 key)
{
	__u32 *slot = bpf_map_lookup_elem(&slot_of, &key);

	return slot ? vcpu_of(*slot) : NULL;
}

/* Another vCPU may come to be at its address. */
static __always_inline void forget_vcpu(__u64 key)
{
	__u32 *slot = bpf_map_lookup_elem(&slot_of, &key);

	leave_seat(key);
	if (!slot)
		return;
	end_slot(vcpu_of(*slot));
	vcpu_of(*slot)->key = NP_KEY_GONE;
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

/* Before 5.11 there is no bpf_get_current_task_btf(). */
static __always_inline SLOT *find_current_vcpu_unchecked(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct hlist_node *link = BPF_CORE_READ(task, preempt_notifiers.first);

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
