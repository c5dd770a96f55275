/* SPDX-License-Identifier: GPL-2.0-only */
/* Windows in which it is measured where the time of a workload goes. */
#ifndef NESTPROF_AB_TIMES_H
#define NESTPROF_AB_TIMES_H

#include "collector/ab.h"

/*
 * Of each of the arm's workloads a window with the CPU's counters, where it has any, and
 * (nested) one in which each round trip and its phases are timed: from *at on; where one
 * fails, *at is which.
 */
int ab_windows_times(struct l1 *l1, const struct ab_config *c, struct np_arm_result *arm,
		     uint32_t *at);

#endif
