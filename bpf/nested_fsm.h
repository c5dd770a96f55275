/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nested state machine of one vCPU: pure, compiled into BPF and into C.
 *
 *            vmenter                      exit, level L2
 *   L1 ------------------> L2 running ---------------------> fate open
 *   ^  ^                     ^    ^                           |    |
 *   |  | exit, level L1:     |    | next event is again L2's: |    |
 *   |  | caused (or outside) |    +---- kept by L0 -----------+    |
 *   |  +--+                  | vmenter: what L1 caused is added    |
 *   |     |                  |                                     |
 *   +-- L1 handling <--------+-------- inject: given to L1 --------+
 *
 * Every kvm_exit lands in exactly one of: rows[].exits (L2's own),
 * rows[].caused or pending[] (L1's, while it handles an L2 exit), outside[].
 * np_fsm_* are the only writers of struct np_vcpu's state and counters.
 */
#ifndef NESTPROF_NESTED_FSM_H
#define NESTPROF_NESTED_FSM_H

#include "bpf/events.h"

#define np_inline static inline __attribute__((always_inline))

np_inline void np_fsm_init(struct np_vcpu *v)
{
	v->level = NP_LEVEL_UNKNOWN;
	v->open_row = NP_ROW_NONE;
	v->handling_row = NP_ROW_NONE;
}

/* Bounds a reason to an index; also what tells the BPF verifier. */
np_inline __u32 np_reason_index(__u32 reason)
{
	return reason < NP_REASON_OTHER ? reason : NP_REASON_OTHER;
}

/* The row of an L2 exit reason, handed out on first use. */
np_inline __u8 np_row_of(struct np_vcpu *v, __u32 reason)
{
	__u8 row;

	if (v->row_of[reason])
		return (v->row_of[reason] - 1) & NP_ROW_SHARED;
	row = v->nr_rows;
	if (row < NP_ROW_SHARED)
		v->nr_rows = row + 1;
	else
		row = NP_ROW_SHARED;
	v->row_of[reason] = row + 1;
	return row;
}

/* L0 went back to L2 without L1: the open exit was L0's own. */
np_inline void np_settle_l0_only(struct np_vcpu *v)
{
	if (v->open_row == NP_ROW_NONE)
		return;
	v->rows[v->open_row & NP_ROW_SHARED].l0_only++;
	v->open_row = NP_ROW_NONE;
}

/* An exit of L1: caused by the L2 exit in handling, or outside of any. */
np_inline void np_count_l1_exit(struct np_vcpu *v, __u32 reason)
{
	if (v->handling_row == NP_ROW_NONE) {
		v->outside[reason]++;
		return;
	}
	if (v->pending[reason]++ == 0 && v->nr_touched < NP_REASONS)
		v->touched[v->nr_touched++] = reason;
}

/* What was pending belongs to no finished L2 exit. */
np_inline void np_drop_pending_to_outside(struct np_vcpu *v)
{
	for (__u32 i = 0; i < NP_REASONS && i < v->nr_touched; i++) {
		__u32 reason = np_reason_index(v->touched[i]);

		v->outside[reason] += v->pending[reason];
		v->pending[reason] = 0;
	}
	v->nr_touched = 0;
}

/* What was pending is now known to be what this L2 exit cost L1. */
np_inline void np_commit_pending(struct np_vcpu *v, struct np_row *row)
{
	for (__u32 i = 0; i < NP_REASONS && i < v->nr_touched; i++) {
		__u32 reason = np_reason_index(v->touched[i]);

		row->caused[reason] += v->pending[reason];
		v->pending[reason] = 0;
	}
	v->nr_touched = 0;
	row->resumed++;
}

/* kvm_exit. `level` says who was running, where the kernel tells. */
np_inline void np_fsm_exit(struct np_vcpu *v, __u32 reason, __u32 level)
{
	reason = np_reason_index(reason);
	if (level == NP_LEVEL_UNKNOWN)
		level = v->level == NP_LEVEL_L2 ? NP_LEVEL_L2 : NP_LEVEL_L1;
	if (level == NP_LEVEL_L2) {
		__u8 row = np_row_of(v, reason);

		if (v->level == NP_LEVEL_L1)
			v->desyncs++;
		np_settle_l0_only(v);
		v->rows[row].exits++;
		v->open_row = row;
	} else {
		if (v->open_row != NP_ROW_NONE)
			v->desyncs++; /* left L2 unseen, e.g. a reset of L1 */
		else if (v->level == NP_LEVEL_L2)
			v->failed_entries++;
		np_settle_l0_only(v);
		np_count_l1_exit(v, reason);
	}
	v->level = level;
}

/*
 * kvm_nested_vmexit_inject: L0 gives L1 an exit. The hardware exit that is
 * open was given to L1; without one the exit is synthetic (an event that L1
 * intercepts came up before L2 could run).
 */
np_inline void np_fsm_inject(struct np_vcpu *v, __u32 reason)
{
	__u8 row = v->open_row;

	if (v->handling_row != NP_ROW_NONE) {
		v->desyncs++;
		np_drop_pending_to_outside(v);
	}
	if (row != NP_ROW_NONE) {
		row &= NP_ROW_SHARED;
		v->rows[row].to_l1++;
		v->open_row = NP_ROW_NONE;
	} else {
		row = np_row_of(v, np_reason_index(reason)) & NP_ROW_SHARED;
		v->rows[row].synthetic++;
	}
	v->handling_row = row;
	v->level = NP_LEVEL_L1;
}

/* kvm_nested_vmenter: L1 enters L2, which ends the handling of an L2 exit. */
np_inline void np_fsm_vmenter(struct np_vcpu *v)
{
	np_settle_l0_only(v);
	if (v->handling_row != NP_ROW_NONE) {
		np_commit_pending(v, &v->rows[v->handling_row & NP_ROW_SHARED]);
		v->handling_row = NP_ROW_NONE;
	}
	v->entries++;
	v->level = NP_LEVEL_L2;
}

#endif
