/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is said of a line's round trips, of either kind: how many, how long, how
 * long in each phase. Times are in ns. The metrics of stat_metrics.c and the
 * tables of text take it from here.
 */
#ifndef NESTPROF_STAT_TRIPS_H
#define NESTPROF_STAT_TRIPS_H

#include "analysis/rows.h"
#include "analysis/stat_lines.h"

enum stat_trip_value {
	TRIP_COUNT,
	TRIP_SUM,
	TRIP_MEAN,
	TRIP_P50,
	TRIP_P90,
	TRIP_P99,
	TRIP_P999,
	TRIP_MAX,
	NR_TRIP_VALUES
};

/* NaN: there were none, or they were not timed. */
double stat_trip_value(const struct stat_line *l, enum np_trip kind, enum stat_trip_value what);

/* Mean time of a phase, of the round trips of which phases were measured; NaN without any. */
double stat_trip_phase(const struct stat_line *l, enum np_phase phase);

/* What the phases are called: a column of means in ns for each. */
extern const struct np_column stat_phase_columns[NP_PHASES];
/* ... on such a CPU: with SVM there is no VMCS. */
const char *stat_phase_title(enum np_phase phase, uint32_t isa);

/* For the text: a row for each kind of round trip that a line has. */
struct stat_table;
enum stat_by;
int stat_table_trips(struct stat_table *t, const struct stat_lines *l, enum stat_by by);
/* ... and one for each line whose phases are known. */
int stat_table_phases(struct stat_table *t, const struct stat_lines *l, enum stat_by by);

#endif
