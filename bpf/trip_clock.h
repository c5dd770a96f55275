/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of a round trip. Where phases are measured, each event reads the
 * time once, and what passed since the reading before belongs to one phase: so
 * the phases of a round trip add up to it to the nanosecond. Elsewhere only its
 * two ends are read. Only nested_fsm.h calls these.
 */
#ifndef NESTPROF_TRIP_CLOCK_H
#define NESTPROF_TRIP_CLOCK_H

#include "bpf/events.h"
#include "bpf/inline.h"

/* One phase ends, and the next begins. */
np_inline void np_clock_turn(struct np_clock *c, __u64 now, __u8 next)
{
	c->ns[c->phase & 7] += now - c->last;
	c->last = now;
	c->phase = next;
}

np_inline void np_clock_drop(struct np_pools *p, struct np_clock *c)
{
	c->began = 0;
	if (!c->phased)
		return;
	c->phased = 0;
	np_phasing_add(p, -1);
}

np_inline void np_clock_begin_phases(struct np_pools *p, struct np_clock *c)
{
	c->phased = 1;
	np_phasing_add(p, 1);
	c->until_phased = np_phases_every(p) - 1;
	c->last = c->began;
	c->phase = NP_PHASE_L2_EXIT;
	for (__u32 i = 0; i < NP_PHASES; i++)
		c->ns[i] = 0;
}

/* L2 exited, or would have: `reason` is the row's, unless L1 gets another one. */
np_inline void np_clock_begin(struct np_pools *p, struct np_clock *c, __u64 now, __u8 reason)
{
	if (c->phased)
		np_clock_drop(p, c);
	c->began = now;
	c->kind = NP_TRIP_L0;
	c->reason = reason;
	if (c->until_phased)
		c->until_phased--;
	else
		np_clock_begin_phases(p, c);
}

/* Most times are of the same power of two as the last one. */
np_inline __u32 np_clock_bucket(struct np_clock *c, __u64 ns)
{
	__u32 shift = c->shift & 31, bucket;
	__u64 in_page = (ns >> shift) - NP_HIST_PAGE;

	if (in_page < NP_HIST_PAGE)
		return (shift + 1) * NP_HIST_PAGE + in_page;
	bucket = np_hist_bucket(ns);
	if (bucket >= NP_HIST_PAGE)
		c->shift = bucket / NP_HIST_PAGE - 1;
	return bucket;
}

np_inline void np_hist_count(struct np_pools *p, struct np_l2_row *row, __u32 kind, __u32 bucket)
{
	__u16 *index = &row->page_of[kind][bucket / NP_HIST_PAGE % NP_HIST_PAGES];
	struct np_hist_page *page;

	if (!*index)
		*index = np_pool_new_page(p);
	page = np_pool_page(p, *index);
	if (page) /* else trip[].n says how many are missing */
		page->n[bucket % NP_HIST_PAGE]++;
}

np_inline void np_phases_add(struct np_phase_sum *sum, const struct np_clock *c)
{
	sum->n++;
	sum->ns += c->last - c->began;
	for (__u32 i = 0; i < NP_PHASES; i++)
		sum->phase[i] += c->ns[i];
}

/* L2 runs again, or would have. */
np_inline void np_clock_end(struct np_pools *p, struct np_clock *c, struct np_l2_row *row,
			    __u64 now)
{
	__u32 kind = c->kind == NP_TRIP_L1 ? NP_TRIP_L1 : NP_TRIP_L0;
	struct np_trip_sum *sum = &row->trip[kind];
	__u64 ns = now - c->began;

	sum->n++;
	sum->ns += ns;
	if (ns > sum->max)
		sum->max = ns;
	np_hist_count(p, row, kind, np_clock_bucket(c, ns));
	if (c->phased && kind == NP_TRIP_L1) {
		np_clock_turn(c, now, NP_PHASE_L2_EXIT);
		np_phases_add(&row->phases, c);
	}
	np_clock_drop(p, c);
}

#endif
