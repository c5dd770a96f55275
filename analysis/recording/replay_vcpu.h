/* SPDX-License-Identifier: GPL-2.0-only */
/* vCPUs that the state machine counts for, in place of those that the kernel has. */
#ifndef NESTPROF_RECORDING_REPLAY_VCPU_H
#define NESTPROF_RECORDING_REPLAY_VCPU_H

#include <stdbool.h>

#include "analysis/recording/batch.h"
#include "bpf/pools.h"

/* As many, and with rows and pages as many, as stat's programs have. */
struct replay_vcpus {
	struct np_vcpu vcpu[NP_MAX_VCPUS];
	struct np_pools pools;
	bool times, syncs;
	uint32_t take_every; /* of so many that were recorded in detail, one; 0: all were */
	uint32_t until_taken[NP_MAX_VCPUS];
};

/*
 * Phases of one of `phases_every` round trips; where not all were recorded with
 * what that takes, but one of `recorded_every`, of those that were.
 */
int replay_vcpus_init(struct replay_vcpus *v, uint32_t phases_every, uint32_t recorded_every);
void replay_vcpus_free(struct replay_vcpus *v);

/* A vCPU gets a slot, and is forgotten when its counters were read. */
void replay_vcpu_begin(struct replay_vcpus *v, uint32_t slot, uint32_t isa);
void replay_vcpu_end(struct replay_vcpus *v, uint32_t slot);

/* What the programs do when it happens. */
void replay_vcpu_event(struct replay_vcpus *v, uint32_t slot, const struct rec_event *e);

#endif
