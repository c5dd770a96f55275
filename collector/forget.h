/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs do when a vCPU is destroyed, done from outside. */
#ifndef NESTPROF_FORGET_H
#define NESTPROF_FORGET_H

#include "bpf/pools.h"

struct forgetting {
	int slot_of, seat_taken; /* maps */
	struct np_seat *seats;
	struct np_pools *pools;
};

/* That of a process which has ended runs no more, and its address can be another's. */
void forget_if_ended(const struct forgetting *f, struct np_vcpu *v);

#endif
