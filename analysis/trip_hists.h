/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The distributions of round trips, by L2 exit reason and kind. Of 200,000
 * buckets a vCPU uses a few hundred, so snapshots are kept sparse. Counters
 * only grow: a window is the later snapshot less the earlier one.
 */
#ifndef NESTPROF_TRIP_HISTS_H
#define NESTPROF_TRIP_HISTS_H

#include "analysis/hist.h"
#include "analysis/stat_sparse.h"
#include "bpf/pools.h"

/*
 * One vCPU's as they stand, in place of what was there. Reasons that share a
 * row are together under NP_REASON_OTHER, as in the account. -ENOMEM leaves
 * what was there.
 */
int np_trip_snap_take(struct np_sparse *s, const struct np_vcpu *v, const struct np_pools *pools);

struct np_trip_hists {
	struct np_hist of[NP_REASONS][NP_TRIPS];
};

/* Adds what came between two snapshots of a vCPU; `before` may be empty. */
void np_trip_hists_add(struct np_trip_hists *h, const struct np_sparse *after,
		       const struct np_sparse *before);

#endif
