/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries into L2 that failed in an interval, by what L1 was told and why. */
#ifndef NESTPROF_STAT_FAILURES_H
#define NESTPROF_STAT_FAILURES_H

#include <stddef.h>

#include "analysis/stat_whose.h"
#include "bpf/events.h"
#include "bpf/failures.h"

struct stat_failure {
	struct stat_whose whose;
	struct np_failure cause; /* slot: 0 */
	uint64_t n;
};

struct stat_failures {
	uint32_t n;
	struct stat_failure *of;
};

/* Those of the same cause are added up. */
int stat_failures_add(struct stat_failures *l, const struct stat_whose *whose,
		      const struct np_failure *cause, uint64_t n);

/* Exits of L2, by reason, with which the CPU itself refused to enter it. */
int stat_failures_add_exit(struct stat_failures *l, const struct stat_whose *whose,
			   uint32_t isa, uint32_t reason, uint64_t n);

/* By VM and vCPU, those of each from the most frequent on. */
void stat_failures_sort(struct stat_failures *l);
void stat_failures_free(struct stat_failures *l);

/* "VM-instruction error 7, invalid control field"; "exit INVALID_STATE". */
void stat_failure_outcome(const struct stat_failure *f, char *text, size_t size);
/* What KVM or the CPU found; "" when neither says it. */
void stat_failure_why(const struct stat_failure *f, char *text, size_t size);

#endif
