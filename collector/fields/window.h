/* SPDX-License-Identifier: GPL-2.0-only */
/* Of counts that only grow, those of an interval. */
#ifndef NESTPROF_FIELDS_WINDOW_H
#define NESTPROF_FIELDS_WINDOW_H

#include "analysis/fields.h"

struct fields_counts {
	struct np_fields fields;
	struct np_account account;
};

struct fields_window {
	struct fields_counts before; /* as they stood when the interval began */
	struct fields_counts gone;   /* of vCPUs that are gone: in no counts from now on */
};

/* The interval ends, with counts as they stand `now`; another one begins. */
int fields_window_turn(struct fields_window *w, const struct fields_counts *now,
		       struct fields_counts *since);

void fields_window_close(struct fields_window *w);

/* None at all. */
void fields_counts_clear(struct fields_counts *c);

#endif
