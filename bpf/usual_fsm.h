/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state machine's ways for what nearly always happens, where exits and entries alone
 * tell it (bpf/infer.bpf.h): each does what two of the functions of nested_fsm.h do one
 * after the other, or does nothing and is false, and then these have to be called.
 */
#ifndef NESTPROF_USUAL_FSM_H
#define NESTPROF_USUAL_FSM_H

#include "bpf/nested_fsm.h"

/* Little endian, as x86 is. */
np_inline __u32 np_who_state(__u32 level, __u32 open, __u32 handling)
{
	return level | open << 8 | handling << 16;
}

np_inline __u64 np_state(__u32 level, __u32 open, __u32 handling, __u64 logged)
{
	return np_who_state(level, open, handling) | logged << 32;
}

/* The row of a reason, which is known to be less than NP_REASONS. */
np_inline __u16 np_row_of_plain(struct np_vcpu *v, __u32 reason)
{
	return np_element(v, row_of, reason);
}

/* L1 enters L2, and handled its last exit as it usually does: counts it. */
np_inline bool np_finish_usual(struct np_vcpu *v, struct np_l2_tally *t, __u32 open)
{
	if (!np_is_usual(v, &t->usual))
		return false;
	v->entries++; /* first: it tells a reader that something changes */
	np_compiler_barrier();
	t->usual.times++;
	v->state = np_state(NP_LEVEL_L2, open, NP_REASON_NONE, NP_LOG_NONE);
	return true;
}

/* kvm_nested_vmenter and L2's kvm_exit at once, where nothing is timed. */
np_inline bool np_fsm_usual_l2_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason)
{
	if (v->handling != reason && !np_row_of_plain(v, reason))
		return false;
	return np_finish_usual(v, np_pool_tally(p, v->handled_row), reason);
}

/* kvm_nested_vmenter and kvm_entry into L2 at once. */
np_inline bool np_fsm_usual_l2_entry(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_tally *t = np_pool_tally(p, v->handled_row);

	if (!np_finish_usual(v, t, NP_REASON_NONE))
		return false;
	if (v->clock.began)
		np_clock_end(p, v, t, &v->handled_row, NP_TRIP_L1, np_now(p));
	return true;
}

/* L2's kvm_exit where its entry was seen. */
np_inline bool np_fsm_next_l2_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason)
{
	if (v->who_state != np_who_state(NP_LEVEL_L2, NP_REASON_NONE, NP_REASON_NONE) ||
	    !np_row_of_plain(v, reason))
		return false;
	v->open = reason;
	np_clock_begin(p, v, np_now(p));
	return true;
}

/*
 * kvm_nested_vmexit_inject and L1's kvm_exit at once, where L1 is given L2's last exit.
 */
np_inline bool np_fsm_usual_l1_exit(struct np_pools *p, struct np_vcpu *v, __u32 given,
				    __u32 reason, bool timed)
{
	if (given >= NP_REASON_OTHER || !np_is_plain(reason) ||
	    v->who_state != np_who_state(NP_LEVEL_L2, given, NP_REASON_NONE))
		return false;
	v->handled_row = np_row_of_plain(v, given);
	v->state = np_state(NP_LEVEL_L1, NP_REASON_NONE, given, 1);
	for (__u32 i = 1; i < NP_LOG / 8; i++)
		v->words[i] = 0;
	v->words[0] = reason; /* as log[0], with zeros after it */
	if (timed && np_is_phased(&v->clock))
		np_turn_to(p, v, reason);
	return true;
}

/*
 * kvm_exit of L1 while it handles no exit of L2: all that a VM has which runs no other.
 * The reason is known to be less than NP_REASONS.
 */
np_inline bool np_fsm_outside_exit(struct np_vcpu *v, __u32 reason)
{
	if (v->state != np_state(NP_LEVEL_L1, NP_REASON_NONE, NP_REASON_NONE, NP_LOG_NONE) ||
	    !np_is_plain(reason))
		return false;
	v->outside[np_cause(reason)]++;
	return true;
}

/*
 * kvm_nested_vmenter, where the exits and entries around it tell of it, so that only its
 * time is of interest.
 */
np_inline void np_fsm_vmenter_time(struct np_pools *p, struct np_vcpu *v)
{
	if (np_is_phased(&v->clock))
		np_clock_turn(&v->clock, np_now(p), NP_PHASE_ENTER_L2);
}

#endif
