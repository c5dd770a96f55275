/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's accesses to its VMCS, counted from a recording. An access is an exit of L1's, what
 * it was for and how long it took, and then an event that says which field it was.
 */
#ifndef NESTPROF_RECORDING_REPLAY_ACCESS_H
#define NESTPROF_RECORDING_REPLAY_ACCESS_H

#include "analysis/fields.h"
#include "analysis/recording/access.h"
#include "analysis/recording/batch.h"

struct replay_accesses;

/* What is counted goes to `fields`, of each vCPU when it ends. NULL: no memory. */
struct replay_accesses *replay_accesses_new(struct np_fields *fields);
void replay_accesses_free(struct replay_accesses *r); /* NULL is fine */

/* A vCPU of this slot will do so. -EBADMSG: it contradicts itself; -E2BIG: too many. */
int replay_accesses_learn(struct replay_accesses *r, uint32_t slot, const struct rec_access *a);

/* After the state machine has seen it: `v` is what it knows of the vCPU now. */
int replay_accesses_event(struct replay_accesses *r, uint32_t slot, const struct rec_event *e,
			  const struct np_vcpu *v);

/* The slot's vCPU has ended, or the recording has. */
int replay_accesses_end(struct replay_accesses *r, uint32_t slot, const struct np_vcpu *v);

#endif
