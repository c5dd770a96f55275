/* SPDX-License-Identifier: GPL-2.0-only */
/* Which workloads run in an arm, and which of them in the same L1. */
#ifndef NESTPROF_AB_PART_H
#define NESTPROF_AB_PART_H

#include "collector/ab.h"

/* L1s of an arm: with one CPU, and with two. */
#define AB_PARTS 2

/*
 * The workloads of the arm that want an L1 with so many CPUs, as a configuration of their
 * own. False: there is none.
 */
bool ab_part(const struct ab_config *c, const struct ab_arm *arm, uint32_t cpus,
	     struct ab_config *part);

/* Whether any workload can run in the arm. */
bool ab_part_any(const struct ab_config *c, const struct ab_arm *arm);

/* A line for each arm that some workloads cannot run in, and why. fail()s if none can in any. */
int ab_part_check(const struct ab_config *c);

#endif
