/* SPDX-License-Identifier: GPL-2.0-only */
/* Arms that are no part of the comparison of shadow VMCS off and on, against others. */
#ifndef NESTPROF_RESULT_AGAINST_H
#define NESTPROF_RESULT_AGAINST_H

#include "analysis/result.h"
#include "analysis/rows.h"

/*
 * A row for each workload of each arm that has another to be compared with: an arm of a
 * second variant the same arm of the first one, an arm of the user's own the first nested
 * arm before it. NULL when out of memory.
 */
struct np_rows *np_against_rows(const struct np_result *r);

#endif
