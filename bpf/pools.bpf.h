/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pools that the state machine takes rows and histogram pages from, and its
 * clock: maps, behind the functions of bpf/pools.h. Indexes start at 1.
 */
#ifndef NESTPROF_POOLS_BPF_H
#define NESTPROF_POOLS_BPF_H

#include "bpf/events.h"
#include "bpf/free_list.bpf.h"

const volatile __u32 phases_every = 1; /* of so many round trips, one has its phases measured */

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

/* bpf/pools.h says what these are; the pools are the maps above. */
struct np_pools;

static __always_inline struct np_l2_row *np_pool_row(struct np_pools *p, __u32 index)
{
	(void)p;
	index--;
	return bpf_map_lookup_elem(&rows, &index);
}

struct np_l2_tally tallies[NP_TALLIES];

static __always_inline struct np_l2_tally *np_pool_tally(struct np_pools *p, __u32 row)
{
	struct np_l2_tally *t = &tallies[row & (NP_TALLIES - 1)];

	(void)p;
	barrier_var(t); /* as in vcpu_at() */
	return t;
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

/* How many vCPUs have their phases measured just now; not 0 where that is always asked. */
__u32 phasing;

static __always_inline void np_phasing_add(struct np_pools *p, int n)
{
	(void)p;
	__sync_fetch_and_add(&phasing, n);
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

/* What few events need: functions of their own, defined where slots are known. */
#define np_rarely(function, p, v) function##_of((v)->shared_row)
#define np_keep_order() asm volatile("")

int np_abandon_handling_of(__u32 slot);
int np_finish_unusual_of(__u32 slot);
int np_spill_log_of(__u32 slot);

#include "bpf/usual_fsm.h"

#endif
