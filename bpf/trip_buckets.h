/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few buckets that export tells of round trips: up to a bound, it included. They are in the
 * vCPU itself, so that there is always room, and finding the last one's again takes no call.
 */
#ifndef NESTPROF_TRIP_BUCKETS_H
#define NESTPROF_TRIP_BUCKETS_H

#include "bpf/events.h"
#include "bpf/inline.h"

#define NP_TRIP_BOUNDS 12 /* and longer ones after the last */
#define NP_ENDLESS 0xffffffffffffffffull

/* Bucket i has what is above edge i, and not above the next one. In ns. */
static const __u64 np_trip_edges[NP_TRIP_BUCKETS + 1] = {
	0,	1000,	2000,	 5000,	   10000,    20000,	 50000,	   100000,   200000,
	500000, 1000000, 10000000, 100000000, NP_ENDLESS, NP_ENDLESS, NP_ENDLESS, NP_ENDLESS,
};

#ifdef NP_LEAN
np_aside __u32 np_find_trip_bucket(struct np_vcpu *v, __u64 ns)
{
	__u32 i = 0;

	while (i < NP_TRIP_BOUNDS && ns > np_trip_edges[i + 1])
		i++;
	v->clock.shift = i;
	return i;
}

/* np_hist_count() of bpf/trip_clock.h. */
np_inline void np_hist_count(struct np_pools *p, struct np_vcpu *v, struct np_l2_tally *t,
			     __u32 kind, __u64 ns)
{
	__u32 i = v->clock.shift & (NP_TRIP_BUCKETS - 1);

	(void)p, (void)t;
	if (ns <= np_trip_edges[i] || ns > np_trip_edges[i + 1])
		i = np_find_trip_bucket(v, ns) & (NP_TRIP_BUCKETS - 1);
	v->trips[kind][i]++;
}
#endif

#endif
