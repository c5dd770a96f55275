/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the state machine takes rows, histogram pages and the time from. In C,
 * from the caller; bpf/pools.bpf.h has its maps behind the same functions.
 * Indexes start at 1, so that 0 can stand for none.
 */
#ifndef NESTPROF_POOLS_H
#define NESTPROF_POOLS_H

#include "bpf/events.h"

struct np_pools {
	struct np_l2_row *rows;
	struct np_l2_tally *tallies; /* one more than rows: nobody's is 0 */
	__u32 nr_rows, max_rows;
	struct np_hist_page *pages;
	__u32 nr_pages, max_pages;
	__u32 free_row, free_page; /* put back: each holds the index of the next one */
	__u64 now;	    /* the time, where it is taken */
	__u32 phases_every; /* of so many round trips, one has its phases measured */
	__u32 phasing;	    /* how many vCPUs are in such a round trip now */
};

static inline __u64 np_now(const struct np_pools *p)
{
	return p->now;
}

static inline __u32 np_phases_every(const struct np_pools *p)
{
	return p->phases_every;
}

static inline void np_phasing_add(struct np_pools *p, int n)
{
	p->phasing += n;
}

static inline struct np_l2_row *np_pool_row(struct np_pools *p, __u32 index)
{
	return index - 1 < p->max_rows ? &p->rows[index - 1] : 0;
}

static inline struct np_l2_tally *np_pool_tally(struct np_pools *p, __u32 row)
{
	return &p->tallies[row];
}

static inline struct np_hist_page *np_pool_page(struct np_pools *p, __u32 index)
{
	return index - 1 < p->max_pages ? &p->pages[index - 1] : 0;
}

/* A new one's index, or 0 when all are taken. All its counters are 0. */
static inline __u32 np_pool_new_row(struct np_pools *p)
{
	__u32 row = p->free_row;

	if (!row)
		return p->nr_rows < p->max_rows ? ++p->nr_rows : 0;
	p->free_row = p->rows[row - 1].fate.exits;
	p->rows[row - 1].fate.exits = 0;
	return row;
}

static inline __u32 np_pool_new_page(struct np_pools *p)
{
	__u32 page = p->free_page;

	if (!page)
		return p->nr_pages < p->max_pages ? ++p->nr_pages : 0;
	p->free_page = p->pages[page - 1].n[0];
	p->pages[page - 1].n[0] = 0;
	return page;
}

#endif
