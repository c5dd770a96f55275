/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs do when a vCPU is destroyed, done from outside. */
#ifndef NESTPROF_FORGET_H
#define NESTPROF_FORGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "bpf/pools.h"

struct forgetting {
	int slot_of, seat_taken; /* maps */
	struct np_seat *seats;
	struct np_pools *pools;
};

/* A vCPU of a process which has ended runs no more, and its address can be another's. */
bool has_ended(uint64_t key, pid_t tgid);
void forget_address(const struct forgetting *f, uint64_t key);

/* Both, and what stat keeps of it. */
void forget_if_ended(const struct forgetting *f, struct np_vcpu *v);

#endif
