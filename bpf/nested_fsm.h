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
 * Every kvm_exit is at any moment in exactly one of: fate.exits or usual.times
 * (L2's own; the last one is in `open` or `handling`), caused[] or usual.log[]
 * times usual.times (L1's, while it handled an L2 exit), log[] or pending[] (the
 * same, not finished yet), outside[] (L1's, handling none). np_fsm_* are the only
 * writers of a struct np_vcpu's state and counters, and of its rows.
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
#include "bpf/l1_log.h"
#include "bpf/trip_clock.h"

/* A vCPU of which nothing is known yet; its counters are kept. */
np_inline void np_fsm_init(struct np_vcpu *v)
{
	v->level = NP_LEVEL_UNKNOWN;
	v->open = NP_REASON_NONE;
	v->handling = NP_REASON_NONE;
	v->logged = NP_LOG_NONE;
	v->odd = 0;
	v->clock.began = 0;
	if (np_is_phased(&v->clock))
		v->clock.until_phased = 1;
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
	if (row) {
		row->fate.exits++;
		row->fate.l0_only++;
	}
	v->open = NP_REASON_NONE;
}

/* L1 was given what it handles; a row has it only now. */
np_inline void np_settle_handled(struct np_vcpu *v, struct np_l2_row *row)
{
	if (v->odd & NP_ODD_SYNTHETIC)
		return;
	row->fate.exits++;
	row->fate.to_l1++;
}

np_inline int np_finish_unusual(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row = np_row_of(p, v, v->handling);
	bool odd = v->odd;

	np_moving_begins(v);
	if (row && !odd) {
		np_new_usual(v, row, &np_pool_tally(p, v->handled_row)->usual);
	} else if (row) {
		np_settle_handled(v, row);
		row->fate.resumed++;
		np_move_log(v, row->caused);
	}
	np_moving_ends(v);
	return 0;
}

/* L1 entered L2: the log is what the L2 exit cost L1. */
np_inline void np_finish_handling(struct np_pools *p, struct np_vcpu *v)
{
	struct np_usual *usual = &np_pool_tally(p, v->handled_row)->usual;

	if (v->handling == NP_REASON_NONE)
		return;
	v->clock.reason = v->handling;
	if (np_is_usual(v, usual))
		usual->times++;
	else
		np_rarely(np_finish_unusual, p, v);
	v->handling = NP_REASON_NONE;
}

/* No entry will tell what the L2 exit in handling cost: count it for none. */
np_inline int np_abandon_handling(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row;

	np_clock_drop(p, &v->clock);
	if (v->handling == NP_REASON_NONE)
		return 0;
	row = np_row_of(p, v, v->handling);
	np_moving_begins(v);
	if (row)
		np_settle_handled(v, row);
	np_move_log(v, v->outside);
	np_moving_ends(v);
	return 0;
}

/* Whose time it is that L0 spends on an exit of L1. */
np_inline __u8 np_phase_of(__u32 reason)
{
	if (reason == NP_VMX_VMREAD || reason == NP_VMX_VMWRITE)
		return NP_PHASE_VMCS;
	if (reason == NP_VMX_VMRESUME || reason == NP_VMX_VMLAUNCH)
		return NP_PHASE_ENTRY;
	if (reason == NP_SVM_STGI || reason == NP_SVM_CLGI)
		return NP_PHASE_VMCS;
	return NP_PHASE_OTHER;
}

/* A function of its own: who calls none keeps nothing for after it. */
np_aside int np_turn_to(struct np_pools *p, struct np_vcpu *v, __u32 reason)
{
	np_clock_turn(&v->clock, np_now(p), np_phase_of(reason));
	return 0;
}

/* `n` are logged before; `entering`: NP_LOG_ENTERING or 0. */
np_inline void np_log_l1_exit(struct np_pools *p, struct np_vcpu *v, __u32 n, __u32 reason,
			      __u32 entering, bool timed)
{
	np_element(v, log, n) = reason;
	v->logged = (n + 1) | entering;
	np_keep_order();
	if (timed && np_is_phased(&v->clock))
		np_turn_to(p, v, reason);
}

/*
 * kvm_exit, in the way that nearly all of them take: L1's, for an L2 exit. That one is handled, and
 * that L1's last exit was not to enter L2, tells whose exit it is. False: see np_fsm_exit().
 */
np_inline bool np_fsm_l1_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason, bool timed)
{
	__u32 n = v->logged;

	if (n >= NP_LOG)
		return false;
	if (!np_is_access(reason)) {
		np_keep_order();
		if (reason == NP_VMX_VMRESUME) {
			np_log_l1_exit(p, v, n, reason, NP_LOG_ENTERING, timed);
			return true;
		}
		if (!np_is_no_vmx_insn(reason))
			return false;
	}
	np_log_l1_exit(p, v, n, reason, 0, timed);
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
	np_clock_drop(p, &v->clock);
	v->level = NP_LEVEL_L1;
}

np_inline void np_other_l1_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason, bool timed)
{
	__u32 entering = reason == NP_VMX_VMRESUME || reason == NP_VMX_VMLAUNCH ? NP_LOG_ENTERING
										 : 0;
	__u32 n;

	if (v->level != NP_LEVEL_L1)
		np_come_to_l1(p, v);
	if ((reason == NP_VMX_VMOFF || reason == NP_VMX_VMON) && v->isa == NP_ISA_VMX)
		np_rarely(np_abandon_handling, p, v);
	if (v->handling == NP_REASON_NONE) {
		v->outside[np_cause(reason)]++;
		v->logged = NP_LOG_NONE | entering;
		return;
	}
	if ((v->logged & ~NP_LOG_ENTERING) >= NP_LOG)
		np_rarely(np_spill_log, p, v);
	n = v->logged & (NP_LOG - 1);
	v->log[n] = reason;
	v->logged = (n + 1) | entering;
	if (timed && np_is_phased(&v->clock))
		np_turn_to(p, v, reason);
}

np_inline void np_l2_exit(struct np_pools *p, struct np_vcpu *v, __u32 reason, bool timed)
{
	if (v->level == NP_LEVEL_L1) {
		v->desyncs++; /* an entry was not seen */
		np_rarely(np_abandon_handling, p, v);
	}
	np_settle_l0_only(p, v);
	np_row_index(p, v, reason); /* where it is counted must be known while it is open */
	v->open = reason;
	v->level = NP_LEVEL_L2;
	v->logged = NP_LOG_NONE;
	if (timed)
		np_clock_begin(p, v, np_now(p));
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

/* The same, where who keeps L2's exits in the fast path is asked for: it has no such event. */
np_inline void np_fsm_slow_path(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row = v->open != NP_REASON_NONE ? np_row_of(p, v, v->open) : 0;

	if (row)
		row->slow++;
}

/* The round trip under way is over: L2 is entered, or would have been. */
np_inline void np_end_trip(struct np_pools *p, struct np_vcpu *v, __u64 now)
{
	bool l0 = v->open != NP_REASON_NONE;
	__u16 index = np_row_index(p, v, l0 ? v->open : v->clock.reason);

	np_clock_end(p, v, np_pool_tally(p, index), &index,
		     l0 ? NP_TRIP_L0 : NP_TRIP_L1, now);
}

/* An exit for L1 that no hardware exit stands for; the open one, if any, was L0's. */
np_inline void np_inject_synthetic(struct np_pools *p, struct np_vcpu *v, __u32 reason, bool timed)
{
	struct np_l2_row *row = np_row_of(p, v, reason);

	if (row)
		row->fate.synthetic++;
	if (timed && v->open == NP_REASON_NONE && v->clock.began) {
		/* It came up while L1 entered L2: one round trip ends where the next begins. */
		__u64 now = np_now(p);

		np_end_trip(p, v, now);
		np_clock_begin(p, v, now);
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
	bool synthetic;

	reason = np_reason_index(reason);
	if (v->level != NP_LEVEL_L2) {
		v->desyncs++;
		np_rarely(np_abandon_handling, p, v);
	}
	synthetic = v->open != reason;
	if (synthetic)
		np_inject_synthetic(p, v, reason, timed);
	v->level = NP_LEVEL_L1;
	v->open = NP_REASON_NONE;
	v->handling = reason;
	v->logged = 0;
	v->odd = synthetic ? NP_ODD_SYNTHETIC : 0;
	v->handled_row = np_row_index(p, v, reason);
	for (__u32 i = 0; i < NP_LOG / 8; i++)
		v->words[i] = 0;
}

/* kvm_nested_vmenter: L1 enters L2, which ends the handling of an L2 exit. */
np_inline void np_fsm_vmenter(struct np_pools *p, struct np_vcpu *v, bool timed)
{
	if (v->open != NP_REASON_NONE) { /* user space restored L2's state over a running L2 */
		np_settle_l0_only(p, v);
		np_clock_drop(p, &v->clock);
	}
	np_finish_handling(p, v);
	v->logged = NP_LOG_NONE;
	v->entries++;
	v->level = NP_LEVEL_L2;
	if (timed && np_is_phased(&v->clock))
		np_clock_turn(&v->clock, np_now(p), NP_PHASE_ENTER_L2);
}

/*
 * kvm_entry into L1, in the way that nearly all take: back after one of its exits, and
 * not one to enter L2. False: np_fsm_entry() has to look at it.
 */
np_inline bool np_fsm_l1_entry(struct np_pools *p, struct np_vcpu *v)
{
	if (v->logged >= NP_LOG_NONE)
		return false;
	if (np_is_phased(&v->clock))
		np_clock_turn(&v->clock, np_now(p), NP_PHASE_L1);
	return true;
}

/*
 * kvm_entry: tells nothing but the time. `level`: who is about to run. If L1 is given an
 * exit, or failed to enter L2, its next exit tells.
 */
np_inline void np_fsm_entry(struct np_pools *p, struct np_vcpu *v, __u32 level)
{
	if (level == NP_LEVEL_UNKNOWN)
		level = v->level;
	if (level == NP_LEVEL_L1) {
		if (np_is_phased(&v->clock))
			np_clock_turn(&v->clock, np_now(p), NP_PHASE_L1);
	} else if (level != v->level) {
		np_clock_drop(p, &v->clock);
	} else if (v->clock.began) {
		np_end_trip(p, v, np_now(p));
	}
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
np_inline void np_fsm_gap(struct np_pools *p, struct np_vcpu *v)
{
	struct np_l2_row *row = 0;

	np_rarely(np_abandon_handling, p, v);
	if (v->open != NP_REASON_NONE)
		row = np_row_of(p, v, v->open);
	if (row)
		row->fate.exits++;
	np_fsm_init(v);
}

#endif
