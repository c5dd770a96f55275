/* SPDX-License-Identifier: GPL-2.0-only */
/* Windows in which it is measured where the time of a workload goes. */
#ifndef NESTPROF_AB_TIMES_H
#define NESTPROF_AB_TIMES_H

#include "analysis/result.h"
#include "collector/l1.h"

/*
 * Of each of the arm's workloads a window with the CPU's counters, where it has any, and
 * (nested) one in which each round trip and its phases are timed.
 */
int ab_windows_times(struct l1 *l1, struct np_arm_result *arm);

#endif
