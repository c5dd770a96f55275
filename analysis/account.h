/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The account of L2's exits over a window: struct np_vcpu's counters, summed
 * over vCPUs, with rows put in their place by L2 exit reason.
 *
 * Every L0 exit of the window is in exactly one place, reason by reason:
 *   sum(l2[].exits) + sum(l2[].caused[]) + outside[] + unfinished[] - carried[]
 */
#ifndef NESTPROF_ACCOUNT_H
#define NESTPROF_ACCOUNT_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/events.h"

/* Finished round trips, and the ns that they took in all. */
struct np_trips {
	uint64_t n, ns;
};

/*
 * The counters of one L2 exit reason; see struct np_fate. Reasons that came
 * when the pool of rows was used up are together under NP_REASON_OTHER.
 */
struct np_row {
	uint64_t exits;
	uint64_t to_l1;
	uint64_t l0_only;
	uint64_t synthetic;
	uint64_t resumed;
	uint64_t slow; /* of exits, those that were not dealt with in the fast path; if asked for */
	/*
	 * Exits of L1 by reason, from the L2 exit that it was given until it
	 * entered L2 again.
	 */
	uint64_t caused[NP_REASONS];
	/*
	 * Where the session takes the time: finished round trips of either kind
	 * (enum np_trip), under the reason that L1 was given. Not every exit makes
	 * a round trip of its own: one that L0 dealt with, to make another for L1
	 * then, is part of that one's. analysis/trip_hists.h has the distribution.
	 */
	struct np_trips trip[NP_TRIPS];
	/*
	 * Where those that L1 handled spent their time (enum np_phase), of every
	 * nth of them (session_config.phases_every): phases.ns is what these took,
	 * and sum(phases.phase[]) == phases.ns, exactly. To print: a phase's share
	 * phases.phase[i] / phases.ns; its mean time phases.phase[i] / phases.n.
	 */
	struct np_phase_sum phases;
};

struct np_account {
	uint32_t isa; /* enum np_isa, 0 when nothing was seen */
	struct np_row l2[NP_REASONS]; /* indexed by L2 exit reason */
	uint64_t outside[NP_REASONS]; /* L1's while it handled no L2 exit */
	uint64_t unfinished[NP_REASONS]; /* L1's, for L2 exits not yet resumed at the end */
	/*
	 * What was unfinished when the window began: since then it was added to
	 * one of the others, or still is unfinished, but it is not the window's.
	 * Zero in a window that begins with session_attach().
	 */
	uint64_t carried[NP_REASONS];
	uint64_t entries;
	uint64_t failed_entries;
	uint64_t desyncs;
	/* Copies between vmcs12 and the shadow VMCS (enum np_sync), and their time. */
	struct np_sync_sum sync[NP_SYNCS];
	struct np_totals totals;
};

/* Under which reason the account has what the vCPU counted for `reason`. */
uint32_t np_place_of(const struct np_vcpu *v, uint32_t reason);

struct np_pools;

/* Adds one vCPU's counters (as they stand) to the account; its rows are of these pools. */
void np_account_add_vcpu(struct np_account *a, const struct np_vcpu *v,
			 const struct np_pools *pools);

/* to += from: of other vCPUs. */
void np_account_add(struct np_account *to, const struct np_account *from);

/*
 * to = after - before, counter by counter; `before` and `after` are accounts
 * as they stood, not windows. unfinished[] is a level, not a counter: that of
 * `before` becomes carried[].
 */
void np_account_diff(struct np_account *to, const struct np_account *after,
		     const struct np_account *before);

/* All L0 exits of the window by reason, whoever exited: what ftrace sees. */
void np_account_by_reason(const struct np_account *a, uint64_t out[NP_REASONS]);

/* Sums over all L2 exit reasons. */
struct np_l2_totals {
	uint64_t exits, to_l1, l0_only, synthetic, resumed;
	uint64_t caused[NP_REASONS];
	uint64_t caused_total;
};
void np_account_l2_totals(const struct np_account *a, struct np_l2_totals *t);

#endif
