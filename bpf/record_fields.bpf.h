/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which VMCS fields L1 accesses, written down: an event for each, which says what row it
 * is. Which exit of L2 it was for, and how long it took, the events around it tell.
 */
#ifndef NESTPROF_RECORD_FIELDS_BPF_H
#define NESTPROF_RECORD_FIELDS_BPF_H

#include "bpf/fields.h"
#include "bpf/record_maps.bpf.h"

struct np_access_state accesses[NP_MAX_VCPUS];

static __always_inline __u32 number_of(const struct np_tape *t)
{
	return t->slot;
}

static __always_inline struct np_access_state *access_of(const struct np_tape *t)
{
	struct np_access_state *a = &accesses[(t->slot - 1) & (NP_MAX_VCPUS - 1)];

	barrier_var(a);
	return a;
}

static __always_inline bool runs_l1(const struct np_tape *t)
{
	return t->in_l1 != NP_NOT_CERTAIN;
}

static __always_inline __u32 handled_by(const struct np_tape *t)
{
	(void)t;
	return NP_REASON_NONE;
}

static __always_inline int was_access(struct np_tape *t, struct np_access_row *row, __u32 index)
{
	return record_as_it_is(t, np_event_word(NP_EVENT_ACCESS, NP_LEVEL_UNKNOWN, 0,
						row ? index + 1ull : 0));
}

#include "bpf/fields.bpf.h"

#endif
