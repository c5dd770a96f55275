/* SPDX-License-Identifier: GPL-2.0-only */
/* How sure the figures of a run on hardware are, in words. */
#ifndef NESTPROF_RESULT_SPREAD_H
#define NESTPROF_RESULT_SPREAD_H

#include <stddef.h>

#include "analysis/result.h"

/* " (95 %: 31 to 36 %)", for the reduction of overhead; "" in the lab, or with too few samples. */
void np_spread_of_reduction(const struct np_result *r, const struct np_comparison *c, char *out,
			    size_t size);

/* What to know about a workload's repetitions: false when there is nothing. */
bool np_spread_too_few(const struct np_workload_result *w, char *out, size_t size);
bool np_spread_outliers(const struct np_workload_result *w, char *out, size_t size);

#endif
