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
 * finished yet), outside[] (L1's, handling none). np_fsm_* are the only writers
 * of a struct np_vcpu's state and counters, and of its rows.
 *
 * `timed` is a constant: programs that only count have nothing of what the time
 * takes.
 */
#ifndef NESTPROF_NESTED_FSM_H
#define NESTPROF_NESTED_FSM_H

#include <stdbool.h>

#ifndef __bpf__
#include "bpf/pools.h"
#endif
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
	v->room = 0;
	np_clock_drop(&v->clock);
}

/* The row of an L2 exit reason, taken when it first comes. */
np_inline __u32 np_row_index(struct np_pools *p, struct np_vcpu *v, __u32 reason)
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
	return row;
}

/* NULL: for the verifier alone. */
np_inline struct np_l2_row *np_row_of(struct np_pools *p, struct np_vcpu *v, __u32 reason)
{
	return np_pool_row(p, np_row_index(p, v, reason));
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
	for (__u32 i = v->room; i < NP_TOUCHED; i++) {
		__u32 reason = np_reason_index(v->touched[i]);

		to[reason] += v->pending[reason];
		v->pending[reason] = 0;
	}
	v->room = 0;
}

/* L1 entered L2: what was pending is what the L2 exit cost L1. */
np_inline void np_finish_handling(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row;

	if (v->handling == NP_REASON_NONE)
		return;
	row = np_row_of(p, v, v->handling);
	if (row) {
		row->fate.resumed++;
		np_move_pending(v, row->caused);
	}
	v->handling = NP_REASON_NONE;
}

/* No entry will tell what the L2 exit in handling cost: count it for none. */
np_aside int np_abandon_handling(struct np_vcpu *v)
{
	np_clock_drop(&v->clock);
	if (v->handling == NP_REASON_NONE)
		return 0;
	np_move_pending(v, v->outside);
	v->handling = NP_REASON_NONE;
	return 0;
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

/*
 * kvm_exit, in the way that nearly all of them take: L1's, for an L2 exit. That
 * one is handled tells whose exit it is. False: np_fsm_exit() has to look at it.
 */
np_inline bool np_fsm_l1_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason, bool timed)
{
	__u32 n = v->pending[reason], room;

	if (!n) {
		room = v->room;
		if (!room || reason == NP_VMX_VMOFF || reason == NP_VMX_VMON)
			return false;
		room--;
		v->touched[room % NP_TOUCHED] = reason;
		v->room = room;
	}
	v->pending[reason] = n + 1;
	if (timed && v->clock.phased)
		np_clock_turn(&v->clock, np_now(p), np_phase_of(reason));
	return true;
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

np_inline void np_other_l1_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason, bool timed)
{
	struct np_l2_row *row;

	if (v->level != NP_LEVEL_L1)
		np_come_to_l1(p, v);
	if ((reason == NP_VMX_VMOFF || reason == NP_VMX_VMON) && v->isa == NP_ISA_VMX)
		np_abandon_handling(v);
	if (v->handling == NP_REASON_NONE) {
		v->outside[reason]++;
		return;
	}
	row = np_row_of(p, v, v->handling);
	if (row) /* too many kinds to hold back: counted as caused already */
		row->caused[reason]++;
	if (timed && v->clock.phased)
		np_clock_turn(&v->clock, np_now(p), np_phase_of(reason));
}

np_inline void np_l2_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason, bool timed)
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
	if (timed)
		np_clock_begin(p, &v->clock, np_now(p), reason);
}

/* kvm_exit. `level` says who was running, where the kernel tells. */
np_inline void np_fsm_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason, __u32 level,
			   bool timed)
{
	reason = np_reason_index(reason);
	if (level == NP_LEVEL_UNKNOWN)
		level = v->level;
	if (level == NP_LEVEL_L2)
		np_l2_exit(p, v, reason, timed);
	else if (!np_fsm_l1_exit(p, v, reason, timed))
		np_other_l1_exit(p, v, reason, timed);
}

/* kvm_nested_vmexit: adds nothing to kvm_exit but a check on it. */
np_inline void np_fsm_nested_vmexit(struct np_vcpu *v)
{
	v->nested_vmexits++;
	if (v->open == NP_REASON_NONE)
		v->desyncs++;
}

/* The round trip under way is over: L2 is entered, or would have been. */
np_inline void np_end_trip(struct np_pools *p, struct np_vcpu *v, __u64 now)
{
	struct np_l2_row *row = np_row_of(p, v, v->clock.reason);

	if (row)
		np_clock_end(p, &v->clock, row, now);
}

/* An exit for L1 that no hardware exit stands for; the open one, if any, was L0's. */
np_inline void np_inject_synthetic(struct np_pools *p, struct np_vcpu *v, struct np_l2_row *row,
				   __u32 reason, bool timed)
{
	row->fate.synthetic++;
	if (timed && v->open == NP_REASON_NONE && v->clock.began) {
		/* It came up while L1 entered L2: one round trip ends where the next begins. */
		__u64 now = np_now(p);

		np_end_trip(p, v, now);
		np_clock_begin(p, &v->clock, now, reason);
	}
	np_settle_l0_only(p, v);
}

/*
 * kvm_nested_vmexit_inject: L0 gives L1 an exit. When its reason is that of
 * the open exit, the hardware's exit was given to L1. Else L0 dealt with that
 * one and made this one itself (an event that L1 intercepts came up).
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
	if (v->open == reason)
		row->fate.to_l1++;
	else
		np_inject_synthetic(p, v, row, reason, timed);
	if (timed) {
		v->clock.kind = NP_TRIP_L1;
		v->clock.reason = reason;
	}
	v->open = NP_REASON_NONE;
	v->handling = reason;
	v->room = NP_TOUCHED;
	v->level = NP_LEVEL_L1;
}

/* kvm_nested_vmenter: L1 enters L2, which ends the handling of an L2 exit. */
np_inline void np_fsm_vmenter(struct np_pools *p, struct np_vcpu *v, bool timed)
{
	if (v->open != NP_REASON_NONE) { /* user space restored L2's state over a running L2 */
		np_settle_l0_only(p, v);
		np_clock_drop(&v->clock);
	}
	np_finish_handling(p, v);
	v->entries++;
	v->level = NP_LEVEL_L2;
	if (timed && v->clock.phased)
		np_clock_turn(&v->clock, np_now(p), NP_PHASE_ENTER_L2);
}

/* kvm_entry into L1, in the way that nearly all take. False: np_fsm_entry() has to look. */
np_inline bool np_fsm_l1_entry(struct np_pools *p, struct np_vcpu *v)
{
	if (v->level != NP_LEVEL_L1)
		return false;
	if (v->clock.phased)
		np_clock_turn(&v->clock, np_now(p), NP_PHASE_L1);
	return true;
}

/*
 * kvm_entry: tells nothing but the time. `level`: who is about to run. If that
 * is L1 after it tried to enter L2, the entry had failed.
 */
np_inline void np_fsm_entry(struct np_pools *p, struct np_vcpu *v, __u32 level)
{
	if (level == NP_LEVEL_UNKNOWN)
		level = v->level;
	if (level != v->level)
		np_clock_drop(&v->clock);
	else if (!np_fsm_l1_entry(p, v) && v->clock.began)
		np_end_trip(p, v, np_now(p));
}

/* After it, where the kernel tells that the entry failed and not who exits next. */
np_inline void np_fsm_vmenter_failed(struct np_vcpu *v)
{
	v->failed_entries++;
	v->level = NP_LEVEL_L1;
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
