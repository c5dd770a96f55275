/* SPDX-License-Identifier: GPL-2.0-only */
/* L1's own names for its instructions that access VMCS fields. */
#ifndef NESTPROF_AB_SYMBOLS_H
#define NESTPROF_AB_SYMBOLS_H

#include "analysis/result.h"
#include "collector/l1.h"

/*
 * Asks L1 for each that is in the arm's workloads, from the first on. Where L1 cannot tell,
 * that is said, and they have none.
 */
int ab_symbols(struct l1 *l1, struct np_arm_result *arm, uint32_t first);

#endif
