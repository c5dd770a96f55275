/* SPDX-License-Identifier: GPL-2.0-only */
/* What stat prints: intervals and a last line, as text, JSON or CSV. */
#ifndef NESTPROF_STAT_REPORT_H
#define NESTPROF_STAT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/stat_tables.h"
#include "collector/stat/cost.h"

#define STAT_SCHEMA "nestprof-stat/1"

enum stat_format { STAT_TEXT, STAT_JSON, STAT_CSV };

struct stat_report {
	FILE *out;
	FILE *notes; /* the last line of CSV, which has no place for it */
	enum stat_format format;
	enum stat_by by;
	double min_share;
	bool paths; /* fast and slow path were told apart */
	const struct stat_metric *sort;
	uint32_t intervals; /* reported so far */
};

/*
 * All return -EPIPE when nobody reads any more, and fail() with
 * NP_EXIT_NO_SPACE when the output cannot be written.
 */
int report_interval(struct stat_report *r, double start, const struct stat_lines *l, uint64_t lost);
/* What the model counted since it advanced. */
int report_model(struct stat_report *r, struct stat_model *m, double start, double seconds,
		 uint64_t lost);
/* The lines that report_model() prints; to be freed, also on failure. */
int report_lines(const struct stat_report *r, struct stat_model *m, double seconds,
		 struct stat_lines *lines);

int report_end(struct stat_report *r, double seconds, uint64_t lost, const struct stat_tracing *t);

#endif
