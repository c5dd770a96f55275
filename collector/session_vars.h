/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs' variables, wherever the object that was opened has them. */
#ifndef NESTPROF_SESSION_VARS_H
#define NESTPROF_SESSION_VARS_H

#include "bpf/events.h"

struct bpf_object;
struct np_fields_talk;

struct session_vars {
	struct np_vcpu *vcpus;
	struct np_l2_tally *tallies;
	struct np_seat *seats;
	struct np_fields_talk *fields_talk;
	__u64 *lost_events;
	__u32 *phasing;
};

/*
 * `bss`: the skeleton's. Its type is that of one object; in its twin with more room the
 * variables are elsewhere. -ENOENT: one is missing.
 */
int session_vars_find(struct session_vars *v, const struct bpf_object *o, void *bss);

#endif
