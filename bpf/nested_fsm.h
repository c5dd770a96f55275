/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The nested state machine of one vCPU: pure, compiled into BPF and into C.
 *
 *            vmenter                      exit, level L2
 *   L1 ------------------> L2 running ---------------------> fate open
 *   ^  ^                     ^    ^                           |    |
 *   |  | exit, level L1:     |    | next event is again L2's: |    |
 *   |  | pending (or outside)|    +---- dealt with by L0 -----+    |
 *   |  +--+                  | vmenter: what L1 caused is added    |
 *   |     |                  |                                     |
 *   +-- L1 handling <--------+-------- inject: given to L1 --------+
 *
 * Every kvm_exit is at any moment in exactly one of: fate.exits (L2's own),
 * caused[] (L1's, while it handled an L2 exit), pending[] (the same, not
 * finished yet), outside[] (L1's, handling none). np_fsm_* are the only
 * writers of a struct np_vcpu's state and counters, and of its rows.
 *
 * `now` is the time, or 0 throughout where no time is taken: a constant, so
 * that the programs that only count have none of what it takes.
 */
#ifndef NESTPROF_NESTED_FSM_H
#define NESTPROF_NESTED_FSM_H

#ifndef __bpf__
#include "bpf/pools.h"
#endif
#include <stdbool.h>

#include "bpf/trip_clock.h"

/* Exits of L1 that mean something to the state machine. */
#define NP_VMX_VMLAUNCH 20
#define NP_VMX_VMREAD 23
#define NP_VMX_VMRESUME 24
#define NP_VMX_VMWRITE 25
/* L1 cannot enter L2 outside of VMX operation. */
#define NP_VMX_VMOFF 26
#define NP_VMX_VMON 27

/* Bounds a reason to an index; also what tells the BPF verifier. */
np_inline __u32 np_reason_index(__u32 reason)
{
	return reason < NP_REASON_OTHER ? reason : NP_REASON_OTHER;
}

/* A vCPU of which nothing is known yet; its counters are kept. */
np_inline void np_fsm_init(struct np_vcpu *v)
{
	v->level = NP_LEVEL_UNKNOWN;
	v->open = NP_REASON_NONE;
	v->handling = NP_REASON_NONE;
	np_clock_drop(&v->clock);
}

/* The row of an L2 exit reason, taken when it first comes. NULL: for the verifier. */
np_inline struct np_l2_row *np_row_of(struct np_pools *p, struct np_vcpu *v, __u32 reason)
{
	__u32 row;

	reason = np_reason_index(reason);
	row = v->row_of[reason];
	if (!row) {
		row = np_pool_new_row(p);
		if (!row)
			row = v->shared_row;
		v->row_of[reason] = row;
	}
	return np_pool_row(p, row);
}

/* L0 did not give the open exit to L1: it was L0's own. */
np_inline void np_settle_l0_only(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row;

	if (v->open == NP_REASON_NONE)
		return;
	row = np_row_of(p, v, v->open);
	if (row)
		row->fate.l0_only++;
	v->open = NP_REASON_NONE;
}

/* Moves what is pending to where it turned out to belong. */
np_inline void np_move_pending(struct np_vcpu *v, __u64 to[NP_REASONS])
{
	__u32 n = v->nr_touched;

	for (__u32 i = 0; i < NP_TOUCHED && i < n; i++) {
		__u32 reason = np_reason_index(v->touched[i]);

		to[reason] += v->pending[reason];
		v->pending[reason] = 0;
	}
	v->nr_touched = 0;
}

/* L1 entered L2: what was pending is what the L2 exit cost L1. */
np_inline void np_finish_handling(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row;

	if (v->handling == NP_REASON_NONE)
		return;
	row = np_row_of(p, v, v->handling);
	if (row) {
		np_move_pending(v, row->caused);
		row->fate.resumed++;
	}
	v->handling = NP_REASON_NONE;
}

/* No entry will tell what the L2 exit in handling cost: count it for none. */
np_inline void np_abandon_handling(struct np_vcpu *v)
{
	np_clock_drop(&v->clock);
	if (v->handling == NP_REASON_NONE)
		return;
	np_move_pending(v, v->outside);
	v->handling = NP_REASON_NONE;
}

/* The first exit of its kind since the L2 exit in handling, or one outside of any. */
np_inline void np_count_first_l1_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason)
{
	__u32 n = v->nr_touched;
	struct np_l2_row *row;

	if ((reason == NP_VMX_VMOFF || reason == NP_VMX_VMON) && v->isa == NP_ISA_VMX)
		np_abandon_handling(v);
	if (v->handling == NP_REASON_NONE) {
		v->outside[reason]++;
	} else if (n < NP_TOUCHED) {
		v->pending[reason] = 1;
		v->touched[n] = reason;
		v->nr_touched = n + 1;
	} else { /* too many kinds to hold back: counted as caused already */
		row = np_row_of(p, v, v->handling);
		if (row)
			row->caused[reason]++;
	}
}

/* L1 runs, and L2 did, or it is not known who did. */
np_inline void np_come_to_l1(struct np_pools *p, struct np_vcpu *v)
{
	if (v->open != NP_REASON_NONE) {
		v->desyncs++; /* left L2 unseen: a reset of L1, an SMI */
		np_settle_l0_only(p, v);
	} else if (v->level == NP_LEVEL_L2) {
		v->failed_entries++;
	}
	np_clock_drop(&v->clock);
	v->level = NP_LEVEL_L1;
}

/* Whose time it is that L0 spends on an exit of L1. */
np_inline __u8 np_phase_of(__u32 reason)
{
	if (reason == NP_VMX_VMREAD || reason == NP_VMX_VMWRITE)
		return NP_PHASE_VMCS;
	if (reason == NP_VMX_VMRESUME || reason == NP_VMX_VMLAUNCH)
		return NP_PHASE_ENTRY;
	return NP_PHASE_OTHER;
}

np_aside int np_l2_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason, __u64 now)
{
	struct np_l2_row *row;

	if (v->level == NP_LEVEL_L1) {
		v->desyncs++; /* an entry was not seen */
		np_abandon_handling(v);
	}
	np_settle_l0_only(p, v);
	row = np_row_of(p, v, reason);
	if (row)
		row->fate.exits++;
	v->open = reason;
	v->level = NP_LEVEL_L2;
	if (now)
		np_clock_begin(&v->clock, now, reason);
	return 0;
}

np_aside int np_l1_exit_of_new_kind(struct np_pools *p, struct np_vcpu *v, __u32 reason,
				    __u64 now)
{
	if (v->level != NP_LEVEL_L1)
		np_come_to_l1(p, v);
	if (v->pending[reason])
		v->pending[reason]++;
	else
		np_count_first_l1_exit(p, v, reason);
	if (now)
		np_clock_turn(&v->clock, now, np_phase_of(reason));
	return 0;
}

/*
 * kvm_exit. `level` says who was running, where the kernel tells. Most are of
 * L1, and one like it came before: that way is kept short, and is the only one
 * that goes on after a call.
 */
np_inline int np_fsm_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason, __u32 level,
			  __u64 now)
{
	__u32 n;

	reason = np_reason_index(reason);
	if (level == NP_LEVEL_UNKNOWN)
		level = v->level;
	if (level == NP_LEVEL_L2)
		return np_l2_exit(p, v, reason, now);
	n = v->pending[reason];
	if (!n || v->level != NP_LEVEL_L1)
		return np_l1_exit_of_new_kind(p, v, reason, now);
	v->pending[reason] = n + 1;
	if (now)
		np_clock_turn(&v->clock, now, np_phase_of(reason));
	return 0;
}

/* kvm_nested_vmexit: adds nothing to kvm_exit but a check on it. */
np_inline void np_fsm_nested_vmexit(struct np_vcpu *v)
{
	v->nested_vmexits++;
	if (v->open == NP_REASON_NONE)
		v->desyncs++;
}

/* The round trip under way is over: L2 is entered, or would have been. */
np_inline void np_end_trip(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row;

	if (!v->clock.began)
		return;
	row = np_row_of(p, v, v->clock.reason);
	if (row)
		np_clock_end(p, &v->clock, row);
}

/*
 * kvm_nested_vmexit_inject: L0 gives L1 an exit. When its reason is that of
 * the open exit, the hardware's exit was given to L1. Else L0 dealt with that
 * one and made this one itself (an event that L1 intercepts came up). If it
 * came up while L1 was entering L2, one round trip ends where the next begins.
 * No time is taken: `timed` says that other events have it.
 */
np_inline void np_fsm_inject(struct np_pools *p, struct np_vcpu *v, __u32 reason, bool timed)
{
	struct np_l2_row *row;

	reason = np_reason_index(reason);
	row = np_row_of(p, v, reason);
	if (!row)
		return;
	if (v->level != NP_LEVEL_L2) {
		v->desyncs++;
		np_abandon_handling(v);
	}
	if (v->open == reason) {
		row->fate.to_l1++;
		v->open = NP_REASON_NONE;
	} else {
		if (timed && v->open == NP_REASON_NONE && v->clock.began) {
			np_end_trip(p, v);
			np_clock_begin(&v->clock, v->clock.last, reason);
		}
		np_settle_l0_only(p, v);
		row->fate.synthetic++;
	}
	v->clock.kind = NP_TRIP_L1;
	v->clock.reason = reason;
	v->handling = reason;
	v->level = NP_LEVEL_L1;
}

/* kvm_nested_vmenter: L1 enters L2, which ends the handling of an L2 exit. */
np_inline void np_fsm_vmenter(struct np_pools *p, struct np_vcpu *v, __u64 now)
{
	if (v->open != NP_REASON_NONE) { /* user space restored L2's state over a running L2 */
		np_settle_l0_only(p, v);
		np_clock_drop(&v->clock);
	}
	np_finish_handling(p, v);
	v->entries++;
	v->level = NP_LEVEL_L2;
	if (now)
		np_clock_turn(&v->clock, now, NP_PHASE_ENTER_L2);
}

/*
 * kvm_entry: tells nothing but the time. `level`: who is about to run. If that
 * is L1 after it tried to enter L2, the entry had failed.
 */
np_inline void np_fsm_entry(struct np_pools *p, struct np_vcpu *v, __u32 level, __u64 now)
{
	np_clock_turn(&v->clock, now, NP_PHASE_L1);
	if (level == NP_LEVEL_UNKNOWN)
		level = v->level;
	if (level == v->level && level == NP_LEVEL_L2)
		np_end_trip(p, v);
	else if (level != v->level)
		np_clock_drop(&v->clock);
}

/*
 * The hooks were out: what happened meanwhile is unknown. Call it for each
 * vCPU before they go in again, while none of them runs.
 */
np_inline void np_fsm_gap(struct np_vcpu *v)
{
	np_abandon_handling(v);
	np_fsm_init(v);
}

#endif
