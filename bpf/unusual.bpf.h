/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What few exits need, in functions of their own. A program calls them by a slot's number, as it
 * does RARELY's: these are global, and the verifier looks at a global function once. At a static
 * one it looks again for each state that a program may call it in, and that was most of its time.
 */
#ifndef NESTPROF_UNUSUAL_BPF_H
#define NESTPROF_UNUSUAL_BPF_H

#include "bpf/infer.bpf.h"

static __always_inline int on_any_exit(void *vcpu, struct np_vcpu *v, __u32 reason, enum way way,
				       bool timed)
{
	__u32 level = level_by(vcpu, way);

	if (infers)
		infer(vcpu, v, level, way, timed);
	np_fsm_exit(NULL, v, reason, level, timed);
	return 0;
}

#define EXIT_FUNCTION(name, way, timed)                                                            \
	__noinline int name(__u32 slot, __u32 reason)                                              \
	{                                                                                          \
		struct np_vcpu *v = vcpu_of(slot);                                                 \
                                                                                                   \
		return on_any_exit((void *)v->key, v, reason, way, timed);                         \
	}

EXIT_FUNCTION(exit_of, BY_KEY, UNTIMED)
EXIT_FUNCTION(exit_of_timed, BY_KEY, TIMED)

static __always_inline int on_unusual_exit(struct np_vcpu *v, __u32 reason, bool timed)
{
	return timed ? exit_of_timed(v->shared_row, reason) : exit_of(v->shared_row, reason);
}

static __always_inline __u32 index_of(__u32 reason)
{
	return np_reason_index(reason & BASIC_EXIT_REASON);
}

#endif
