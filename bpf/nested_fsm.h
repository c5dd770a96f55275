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
 * Every kvm_exit is at any moment in exactly one of: fate[].exits (L2's own),
 * caused[][] (L1's, while it handled an L2 exit), pending[] (the same, not
 * finished yet), outside[] (L1's, handling none). np_fsm_* are the only
 * writers of a struct np_vcpu's state and counters.
 */
#ifndef NESTPROF_NESTED_FSM_H
#define NESTPROF_NESTED_FSM_H

#include "bpf/events.h"

#define np_inline static inline __attribute__((always_inline))

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
}

/* The row of a reason that L1 was given, handed out on first use. */
np_inline __u32 np_row_of(struct np_vcpu *v, __u32 reason)
{
	__u32 row = v->row_of[reason];

	if (!row) {
		row = v->nr_rows < NP_ROWS ? v->nr_rows + 1 : NP_ROWS;
		v->nr_rows = row;
		v->row_of[reason] = row;
	}
	return (row - 1) & NP_ROW_SHARED;
}

/* L0 did not give the open exit to L1: it was L0's own. */
np_inline void np_settle_l0_only(struct np_vcpu *v)
{
	if (v->open == NP_REASON_NONE)
		return;
	v->fate[np_reason_index(v->open)].l0_only++;
	v->open = NP_REASON_NONE;
}

/* An exit of L1: for the L2 exit in handling, or outside of any. */
np_inline void np_count_l1_exit(struct np_vcpu *v, __u32 reason)
{
	__u32 n = v->nr_touched;

	if (v->handling == NP_REASON_NONE) {
		v->outside[reason]++;
	} else if (v->pending[reason]) {
		v->pending[reason]++;
	} else if (n < NP_TOUCHED) {
		v->pending[reason] = 1;
		v->touched[n] = reason;
		v->nr_touched = n + 1;
	} else { /* too many kinds to hold back: counted as caused already */
		v->caused[np_row_of(v, np_reason_index(v->handling))][reason]++;
	}
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
np_inline void np_finish_handling(struct np_vcpu *v)
{
	__u32 reason = v->handling;

	if (reason == NP_REASON_NONE)
		return;
	reason = np_reason_index(reason);
	np_move_pending(v, v->caused[np_row_of(v, reason)]);
	v->fate[reason].resumed++;
	v->handling = NP_REASON_NONE;
}

/* No entry will tell what the L2 exit in handling cost: count it for none. */
np_inline void np_abandon_handling(struct np_vcpu *v)
{
	if (v->handling == NP_REASON_NONE)
		return;
	np_move_pending(v, v->outside);
	v->handling = NP_REASON_NONE;
}

np_inline void np_l2_exit(struct np_vcpu *v, __u32 reason)
{
	if (v->level == NP_LEVEL_L1) {
		v->desyncs++; /* an entry was not seen */
		np_abandon_handling(v);
	}
	np_settle_l0_only(v);
	v->fate[reason].exits++;
	v->open = reason;
	v->level = NP_LEVEL_L2;
}

np_inline void np_l1_exit(struct np_vcpu *v, __u32 reason)
{
	if (v->open != NP_REASON_NONE) {
		v->desyncs++; /* left L2 unseen: a reset of L1, an SMI */
		np_settle_l0_only(v);
	} else if (v->level == NP_LEVEL_L2) {
		v->failed_entries++;
	}
	if ((reason == NP_VMX_VMOFF || reason == NP_VMX_VMON) && v->isa == NP_ISA_VMX)
		np_abandon_handling(v);
	np_count_l1_exit(v, reason);
	v->level = NP_LEVEL_L1;
}

/* kvm_exit. `level` says who was running, where the kernel tells. */
np_inline void np_fsm_exit(struct np_vcpu *v, __u32 reason, __u32 level)
{
	reason = np_reason_index(reason);
	if (level == NP_LEVEL_UNKNOWN)
		level = v->level;
	if (level == NP_LEVEL_L2)
		np_l2_exit(v, reason);
	else
		np_l1_exit(v, reason);
}

/* kvm_nested_vmexit: adds nothing to kvm_exit but a check on it. */
np_inline void np_fsm_nested_vmexit(struct np_vcpu *v)
{
	v->nested_vmexits++;
	if (v->open == NP_REASON_NONE)
		v->desyncs++;
}

/*
 * kvm_nested_vmexit_inject: L0 gives L1 an exit. When its reason is that of
 * the open exit, the hardware's exit was given to L1. Else L0 dealt with that
 * one and made this one itself (an event that L1 intercepts came up).
 */
np_inline void np_fsm_inject(struct np_vcpu *v, __u32 reason)
{
	reason = np_reason_index(reason);
	if (v->level != NP_LEVEL_L2) {
		v->desyncs++;
		np_abandon_handling(v);
	}
	if (v->open == reason) {
		v->fate[reason].to_l1++;
		v->open = NP_REASON_NONE;
	} else {
		np_settle_l0_only(v);
		v->fate[reason].synthetic++;
	}
	v->handling = reason;
	v->level = NP_LEVEL_L1;
}

/* kvm_nested_vmenter: L1 enters L2, which ends the handling of an L2 exit. */
np_inline void np_fsm_vmenter(struct np_vcpu *v)
{
	np_settle_l0_only(v); /* user space restored L2's state over a running L2 */
	np_finish_handling(v);
	v->entries++;
	v->level = NP_LEVEL_L2;
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
