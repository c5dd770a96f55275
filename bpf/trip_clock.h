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
#include "bpf/trip_buckets.h"

/* One phase ends, and the next begins. */
np_inline void np_clock_turn(struct np_clock *c, __u64 now, __u8 next)
{
	c->ns[c->phase & 7] += now - c->last;
	c->last = now;
	c->phase = next;
}

np_inline bool np_is_phased(const struct np_clock *c)
{
	return !NP_IS_LEAN && !c->until_phased;
}

np_inline void np_clock_stop_phases(struct np_pools *p, struct np_clock *c)
{
	if (!np_is_phased(c))
		return;
	c->until_phased = np_phases_every(p);
	np_phasing_add(p, -1);
}

np_inline void np_clock_drop(struct np_pools *p, struct np_clock *c)
{
	c->began = 0;
	np_clock_stop_phases(p, c);
}

/* A round trip whose phases are measured begins, if not the next one; or one has no end. */
np_aside int np_clock_begin_phases(struct np_pools *p, struct np_vcpu *v)
{
	struct np_clock *c = &v->clock;

	np_clock_stop_phases(p, c);
	if (--c->until_phased)
		return 0;
	np_phasing_add(p, 1);
	c->last = c->began;
	c->phase = NP_PHASE_L2_EXIT;
	for (__u32 i = 0; i < NP_PHASES; i++)
		c->ns[i] = 0;
	return 0;
}

/* L2 exited, or would have. */
np_inline void np_clock_begin(struct np_pools *p, struct np_vcpu *v, __u64 now)
{
	struct np_clock *c = &v->clock;

	c->began = now;
	if (NP_IS_LEAN)
		return;
	if (c->until_phased > 1)
		c->until_phased--;
	else
		np_clock_begin_phases(p, v);
}

#ifndef NP_LEAN
np_aside __u32 np_clock_bucket(struct np_vcpu *v, __u64 ns)
{
	__u32 bucket = np_hist_bucket(ns);

	if (bucket >= NP_HIST_PAGE)
		v->clock.shift = bucket / NP_HIST_PAGE - 1;
	return bucket;
}

np_aside int np_hist_new_page(struct np_pools *p, __u16 *index)
{
	*index = np_pool_new_page(p);
	return 0;
}

/* Most times are of the same power of two as the last one. */
np_inline void np_hist_count(struct np_pools *p, struct np_vcpu *v, struct np_l2_tally *t,
			     __u32 kind, __u64 ns)
{
	__u32 shift = v->clock.shift & 31, which = (shift + 1) % NP_HIST_PAGES, bucket;
	__u64 in_page = (ns >> shift) - NP_HIST_PAGE;
	struct np_hist_page *page;

	if (in_page >= NP_HIST_PAGE) {
		bucket = np_clock_bucket(v, ns);
		which = bucket / NP_HIST_PAGE % NP_HIST_PAGES;
		in_page = bucket % NP_HIST_PAGE;
	}
	if (!t->page_of[kind][which])
		np_hist_new_page(p, &t->page_of[kind][which]);
	page = np_pool_page(p, t->page_of[kind][which]);
	if (page) /* else trip[].n says how many are missing */
		page->n[in_page]++;
}
#endif

np_inline void np_phases_add(struct np_phase_sum *sum, const struct np_clock *c)
{
	sum->n++;
	sum->ns += c->last - c->began;
	for (__u32 i = 0; i < NP_PHASES; i++)
		sum->phase[i] += c->ns[i];
}

/*
 * Where the entry of L2 begins is told by a hook that is in for some of the time. Else it
 * began after as long as on average: that is all that is not measured of a phase.
 */
np_inline void np_clock_split_entry(struct np_clock *c)
{
	__u64 entry = c->ns[NP_PHASE_ENTRY];

	if (c->phase == NP_PHASE_ENTER_L2) {
		c->entry_ns = c->entry_ns ? (7 * c->entry_ns + entry) / 8 : entry;
	} else if (c->phase == NP_PHASE_ENTRY && c->entry_ns && c->entry_ns < entry) {
		c->ns[NP_PHASE_ENTRY] = c->entry_ns;
		c->ns[NP_PHASE_ENTER_L2] += entry - c->entry_ns;
	}
}

/* NULL: there are none. */
np_inline struct np_phase_sum *np_row_phases(struct np_l2_row *row)
{
#ifdef NP_LEAN
	(void)row;
	return 0;
#else
	return &row->phases;
#endif
}

np_aside int np_clock_end_phases(struct np_pools *p, struct np_vcpu *v, __u32 kind, __u32 index)
{
	struct np_clock *c = &v->clock;
	struct np_l2_row *row = kind == NP_TRIP_L1 ? np_pool_row(p, index) : 0;

	if (row && np_row_phases(row)) {
		np_clock_turn(c, c->ended, c->phase);
		np_clock_split_entry(c);
		np_phases_add(np_row_phases(row), c);
	}
	np_clock_stop_phases(p, c);
	return 0;
}

/* L2 runs again, or would have: what it took is row `index`'s, whose tally is `t`. */
np_inline void np_clock_end(struct np_pools *p, struct np_vcpu *v, struct np_l2_tally *t,
			    const __u16 *index, __u32 kind, __u64 now)
{
	struct np_trip_sum *sum = &t->trip[kind];
	__u64 ns = now - v->clock.began;

	sum->n++;
	sum->ns += ns;
	if (ns > sum->max)
		sum->max = ns;
	v->clock.ended = now;
	np_hist_count(p, v, t, kind, ns);
	if (np_is_phased(&v->clock))
		np_clock_end_phases(p, v, kind, *index);
	v->clock.began = 0;
}

#endif
