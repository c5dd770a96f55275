/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What top shows: at which level, of what, in which order, which of it, and
 * which line is selected. Knows nothing of terminals.
 */
#ifndef NESTPROF_TOP_VIEW_H
#define NESTPROF_TOP_VIEW_H

#include "collector/top/columns.h"
#include "collector/top/data.h"

#define TOP_FILTER 32

/* What an item is, whatever it has counted: to find it again later. */
struct top_id {
	bool all;
	pid_t tgid;
	uint32_t vcpu;
	enum stat_kind kind;
	uint32_t reason; /* TOP_COSTS: L1's */
};

/* Each level keeps its own. */
struct top_looks {
	const char *sort; /* a column's key */
	bool reverse;
	char filter[TOP_FILTER];
	struct top_id selected;
	uint32_t at;	/* the selected line was there, when it was last seen */
	uint32_t first; /* line on the screen */
};

struct top_view {
	enum top_level level;
	struct stat_whose whose; /* whose vCPUs, exits or costs: that of the levels above */
	bool all_reasons;	 /* TOP_COSTS: of which exit */
	enum stat_kind kind;
	uint32_t reason;
	struct top_looks looks[TOP_LEVELS];

	/* Made by top_view_build(), live as long as the data. */
	struct stat_line total; /* of L2's exits here */
	const struct stat_line *line; /* TOP_COSTS: the exit; NULL: there was none */
	uint32_t nr_columns, nr_items;
	struct top_column columns[TOP_MAX_COLUMNS];
	struct top_item *items;
};

struct top_id top_item_id(enum top_level level, const struct top_item *i);

void top_view_init(struct top_view *v);
void top_view_free(struct top_view *v);

/* After anything has changed: in the view, or in the data. 0 or -ENOMEM. */
int top_view_build(struct top_view *v, struct top_data *d);

/* These change the view; it is to be built then. */
void top_view_move(struct top_view *v, int lines);
/* Into the selected line; false: there is nothing below it. */
bool top_view_enter(struct top_view *v);
/* Out again; false: this is the outermost. */
bool top_view_back(struct top_view *v);
/* A level, of everything there is. */
void top_view_level(struct top_view *v, enum top_level level);
void top_view_sort(struct top_view *v, int columns);
void top_view_reverse(struct top_view *v);

/* The line that is selected. */
uint32_t top_view_at(const struct top_view *v);
/* Which line is the first of `height` on the screen, so that the selected one is there. */
uint32_t top_view_first(struct top_view *v, uint32_t height);

/* The looks of the level that is seen. */
struct top_looks *top_view_looks(struct top_view *v);

#endif
