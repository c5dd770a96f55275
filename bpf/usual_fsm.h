/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state machine's ways for what nearly always happens, where exits and entries alone
 * tell it (bpf/infer.bpf.h): each does what two of the functions of nested_fsm.h do one
 * after the other, or does nothing and is false, and then these have to be called.
 */
#ifndef NESTPROF_USUAL_FSM_H
#define NESTPROF_USUAL_FSM_H

#include "bpf/nested_fsm.h"

/* Where L1's handling is to be counted, if it was as usual. */
np_inline struct np_l2_row *np_usual_row(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row;

	if (v->handling == NP_REASON_NONE || v->odd)
		return 0;
	row = np_pool_row(p, v->handled_row);
	return row && np_is_usual(v, &row->usual) ? row : 0;
}

/* Little endian, as x86 is. */
np_inline __u64 np_state(__u64 level, __u64 open, __u64 handling, __u64 logged, __u64 row)
{
	return level | open << 8 | handling << 16 | logged << 24 | row << 48;
}

/*
 * kvm_nested_vmenter and L2's kvm_exit at once, where L1 handled L2's last exit as it
 * usually does, and nothing is timed.
 */
np_inline bool np_fsm_usual_l2_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason)
{
	struct np_l2_row *row;

	if (v->handling != reason && !v->row_of[reason])
		return false;
	row = np_usual_row(p, v);
	if (!row)
		return false;
	v->entries++; /* first: it tells a reader that something changes */
	np_compiler_barrier();
	row->usual.times++;
	v->state = np_state(NP_LEVEL_L2, reason, NP_REASON_NONE, NP_LOG_NONE, 0);
	return true;
}

/*
 * kvm_nested_vmenter and kvm_entry into L2 at once, where L1 handled L2's last exit as
 * it usually does.
 */
np_inline bool np_fsm_usual_l2_entry(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row = np_usual_row(p, v);

	if (!row)
		return false;
	v->entries++; /* first: it tells a reader that something changes */
	np_compiler_barrier();
	row->usual.times++;
	v->state = np_state(NP_LEVEL_L2, NP_REASON_NONE, NP_REASON_NONE, NP_LOG_NONE, 0);
	if (v->clock.began)
		np_clock_end(p, &v->clock, row, np_now(p));
	return true;
}

/* L2's kvm_exit where its entry was seen. */
np_inline bool np_fsm_next_l2_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason)
{
	if (v->level != NP_LEVEL_L2 || v->open != NP_REASON_NONE || !v->row_of[reason])
		return false;
	v->open = reason;
	np_clock_begin(p, &v->clock, np_now(p), reason);
	return true;
}

/* A function of its own: who calls none keeps nothing for after it. */
np_aside int np_turn_to(struct np_pools *p, struct np_vcpu *v, __u32 reason)
{
	np_clock_turn(&v->clock, np_now(p), np_phase_of(reason));
	return 0;
}

/*
 * kvm_nested_vmexit_inject and L1's kvm_exit at once, where L1 is given L2's last exit.
 */
np_inline bool np_fsm_usual_l1_exit(struct np_pools *p, struct np_vcpu *v, __u32 given,
				    __u32 reason, bool timed)
{
	__u32 row;

	if (given != v->open || given >= NP_REASON_OTHER || !np_is_plain(reason))
		return false;
	row = v->row_of[given];
	v->state = np_state(NP_LEVEL_L1, NP_REASON_NONE, given, 1, row);
	for (__u32 i = 1; i < NP_LOG / 8; i++)
		v->words[i] = 0;
	v->words[0] = reason; /* as log[0], with zeros after it */
	if (timed) {
		v->clock.kind = NP_TRIP_L1;
		v->clock.reason = given;
		if (v->clock.phased)
			np_turn_to(p, v, reason);
	}
	return true;
}

/*
 * kvm_nested_vmenter, where the exits and entries around it tell of it, so that only its
 * time is of interest.
 */
np_inline void np_fsm_vmenter_time(struct np_pools *p, struct np_vcpu *v)
{
	if (v->clock.phased)
		np_clock_turn(&v->clock, np_now(p), NP_PHASE_ENTER_L2);
}

#endif
