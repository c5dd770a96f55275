/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is said of the things that top lists, at each level of it. The metrics
 * are stat's: one that is added there is here too.
 */
#ifndef NESTPROF_TOP_COLUMNS_H
#define NESTPROF_TOP_COLUMNS_H

#include "analysis/rows.h"
#include "analysis/stat_lines.h"

/* From the outermost in. */
enum top_level {
	TOP_VMS,
	TOP_VCPUS,
	TOP_REASONS, /* of L2's exits */
	TOP_COSTS,   /* L1's exits for an L2 exit */
	TOP_LEVELS,
};

/* One thing: a line of the screen. */
struct top_item {
	bool all; /* all the others together */
	const struct stat_group *group; /* TOP_VMS, TOP_VCPUS */
	const struct stat_line *line;	/* TOP_REASONS; TOP_COSTS: for which exit */
	uint32_t cause;			/* TOP_COSTS: L1's exit */
};

#define TOP_MAX_COLUMNS 64
#define TOP_CELL 80

struct top_column {
	const struct np_column *column;
	bool is_text;
	int priority; /* of few columns' place; 0 comes first */
	/* Where its values are from: one of these. */
	const struct name_column *name;
	const struct stat_metric *line;
	const struct stat_group_metric *group;
	const struct cost_metric *cost;
};

/*
 * Those that say something of these items, and `always`, the key of one that
 * is shown all the same. The first is the one that names them. Returns how many.
 */
uint32_t top_columns(enum top_level level, const struct top_item *items, uint32_t n,
		     const char *always, struct top_column columns[TOP_MAX_COLUMNS]);

/* The key of the column that a level is sorted by at first. */
const char *top_first_sort(enum top_level level);

/* A column's value; NaN where there is none, or none but text. */
double top_value(const struct top_column *c, const struct top_item *i);
/* As it is shown. */
void top_cell(const struct top_column *c, const struct top_item *i, char text[TOP_CELL]);

#endif
