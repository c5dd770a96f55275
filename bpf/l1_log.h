/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What L1 exits for while it handles an L2 exit: kept in its order, compared with what it
 * was the last time, counted where it turns out to belong. Only nested_fsm.h calls these.
 */
#ifndef NESTPROF_L1_LOG_H
#define NESTPROF_L1_LOG_H

#include "bpf/events.h"

#include "bpf/inline.h"

/*
 * What happens rarely is called by way of this: BPF's verifier walks a function
 * anew for each call, unless it is global, and these take no pointers everywhere.
 * np_keep_order() keeps clang from making one condition of two, which costs more.
 */
#ifndef __bpf__
#define np_rarely(function, p, v) function(p, v)
#define np_keep_order()
#endif

#define np_compiler_barrier() asm volatile("" ::: "memory")

/*
 * Bounds a reason to an index; also what tells the BPF verifier: clang may compare one copy
 * of it and use another, of which the verifier then knows nothing.
 */
np_inline __u32 np_reason_index(__u32 reason)
{
#ifdef __bpf__
	asm("if %0 < %1 goto +1; %0 = %1" : "+w"(reason) : "i"(NP_REASON_OTHER));
	return reason;
#else
	return reason < NP_REASON_OTHER ? reason : NP_REASON_OTHER;
#endif
}

/* Where an exit of L1 is counted, given such an index; and the reason of what is counted there. */
np_inline __u32 np_cause(__u32 reason)
{
	if (!NP_IS_LEAN)
		return reason;
	return reason - NP_VMX_VMLAUNCH < NP_CAUSES - 1 ? reason - NP_VMX_VMLAUNCH : NP_CAUSES - 1;
}

np_inline __u32 np_reason_of_cause(__u32 cause)
{
	if (!NP_IS_LEAN)
		return cause;
	return cause < NP_CAUSES - 1 ? cause + NP_VMX_VMLAUNCH : NP_REASON_OTHER;
}

/* What comes most. */
np_inline bool np_is_access(__u32 reason)
{
	if (reason == NP_VMX_VMREAD)
		return true;
	np_keep_order();
	return reason == NP_VMX_VMWRITE;
}

/* The others from VMLAUNCH to VMXON are rare, or L1's last exit before L2 runs. */
np_inline bool np_is_no_vmx_insn(__u32 reason)
{
	if (reason - (NP_VMX_VMON + 1) < NP_REASON_OTHER - (NP_VMX_VMON + 1))
		return true;
	np_keep_order();
	return reason < NP_VMX_VMLAUNCH;
}

/* That L1 exits for it means nothing but to be counted. */
np_inline bool np_is_plain(__u32 reason)
{
	if (np_is_access(reason))
		return true;
	np_keep_order();
	return np_is_no_vmx_insn(reason);
}

/*
 * Adds `times` what a log of n exits has. All of it is walked, and what is zero for
 * it is not in use is taken back: the BPF verifier takes a loop of one way only.
 */
np_inline void np_add_log(__u64 to[NP_CAUSES], const __u8 log[NP_LOG], __u64 n, __u64 times)
{
	for (__u32 i = 0; i < NP_LOG; i++)
		to[np_cause(np_reason_index(log[i]))] += times;
	to[np_cause(0)] -= (NP_LOG - n) * times;
}

/* Counts L1's exits for the L2 exit in handling where they turned out to belong. */
np_inline void np_move_log(struct np_vcpu *v, __u64 to[NP_CAUSES])
{
	np_add_log(to, v->log, v->logged & ~NP_LOG_ENTERING, 1);
	if (!(v->odd & NP_ODD_SPILLED))
		return;
	for (__u32 i = 0; i < NP_CAUSES; i++) {
		to[i] += v->pending[i];
		v->pending[i] = 0;
	}
	v->odd &= ~NP_ODD_SPILLED;
}

/* Who reads meanwhile must not find what is counted twice, or nowhere. */
np_inline void np_moving_begins(struct np_vcpu *v)
{
	v->odd |= NP_ODD_MOVING;
	np_compiler_barrier();
}

np_inline void np_moving_ends(struct np_vcpu *v)
{
	v->handling = NP_REASON_NONE;
	v->logged = NP_LOG_NONE;
	np_compiler_barrier();
	v->odd &= ~NP_ODD_MOVING;
}

/* Makes room in the log. */
np_inline int np_spill_log(struct np_pools *p, struct np_vcpu *v)
{
	(void)p;
	for (__u32 i = 0; i < NP_LOG; i++)
		v->pending[np_cause(np_reason_index(v->log[i]))]++;
	for (__u32 i = 0; i < NP_LOG / 8; i++)
		v->words[i] = 0;
	v->odd |= NP_ODD_SPILLED;
	v->logged = 0;
	return 0;
}

/* What was usual is so no longer: its exits are counted, and the log takes its place. */
np_inline void np_new_usual(struct np_vcpu *v, struct np_l2_row *row, struct np_usual *u)
{
	row->fate.exits += u->times;
	row->fate.to_l1 += u->times;
	row->fate.resumed += u->times;
	np_add_log(row->caused, u->log, u->n, u->times);
	u->n = v->logged & ~NP_LOG_ENTERING;
	for (__u32 i = 0; i < NP_LOG / 8; i++)
		u->words[i] = v->words[i];
	u->times = 1;
}

/* False, too, where no L2 exit is handled (NP_LOG_NONE), or something is odd about it. */
np_inline bool np_is_usual(const struct np_vcpu *v, const struct np_usual *u)
{
	__u32 n = v->log_state & ~NP_LOG_ENTERING;

	if (n != (__u32)u->n || v->words[0] != u->words[0])
		return false;
	if (n > 8 && v->words[1] != u->words[1])
		return false;
	return n <= 16 || (v->words[2] == u->words[2] && v->words[3] == u->words[3]);
}

_Static_assert(NP_LOG == 4 * 8, "np_is_usual() compares four words");

#endif
