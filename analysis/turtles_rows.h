/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tables of the Turtles report are made with. */
#ifndef NESTPROF_TURTLES_ROWS_H
#define NESTPROF_TURTLES_ROWS_H

#include "analysis/turtles.h"

struct np_turtles_number {
	const char *key;
	double value;
};

/* NULL: it was not run, or failed. */
const struct np_workload_result *np_turtles_workload(const struct np_result *r, const char *arm,
						     const struct np_comparison *c);
int np_turtles_begin(struct np_rows *t, const struct np_comparison *c);
int np_turtles_numbers(struct np_rows *t, const struct np_turtles_number *numbers, size_t n);
struct np_rows *np_turtles_finished(struct np_rows *t, int err);

#endif
