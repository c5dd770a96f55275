/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of the terminal's page, as rows. */
#ifndef NESTPROF_RESULT_TABLES_H
#define NESTPROF_RESULT_TABLES_H

#include "analysis/result.h"
#include "analysis/rows.h"

/* A row per workload and arm: times, observer effect, exits of L2. NULL: no memory. */
struct np_rows *np_round_trip_rows(const struct np_result *r);

/* Exit reasons that L1 caused, the most frequent (per L2 exit, over all rows) first. */
struct np_top_reasons {
	uint32_t n;
	uint32_t isa;
	uint32_t reason[NP_REASONS];
};
void np_top_reasons(const struct np_result *r, struct np_top_reasons *top);

/* The columns of the table by reason: as many reasons as `width` has room for. */
#define NP_CAUSED_COLUMNS (NP_REASONS + 4)
struct np_caused_table {
	struct np_top_reasons top;
	uint32_t shown;	  /* so many of top's; the rest is under "others" */
	uint32_t nr_rows; /* workloads and arms that have a figure */
	uint32_t nr_columns;
	struct np_column columns[NP_CAUSED_COLUMNS];
	char names[NP_REASONS][NP_NAME];
};
/* malloc'ed; rows made from it refer to its columns. */
struct np_caused_table *np_caused_table_new(const struct np_result *r, uint32_t width);
struct np_rows *np_caused_rows(const struct np_result *r, const struct np_caused_table *t);

#endif
