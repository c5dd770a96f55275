/* SPDX-License-Identifier: GPL-2.0-only */
/* The windows in which a workload runs: untraced, traced, and verified. */
#ifndef NESTPROF_AB_WINDOW_H
#define NESTPROF_AB_WINDOW_H

#include "collector/ab.h"

/* Times the workload with no program loaded. */
int ab_window_untraced(struct l1 *l1, uint32_t repetitions, struct np_workload_result *out);

/*
 * Loads the collector, and for each of the arm's workloads takes the traced
 * window and, with c->verify, the verified one: from *at on; where one fails, *at is which.
 */
int ab_windows_traced(struct l1 *l1, const struct ab_config *c, struct np_arm_result *arm,
		      uint32_t *at);

/* A window of each workload, from the first on, under each of c->tracers. */
int ab_windows_tracers(struct l1 *l1, const struct ab_config *c, struct np_arm_result *arm,
		       uint32_t first);

#endif
