/* SPDX-License-Identifier: GPL-2.0-only */
/* Which columns are on the screen, and where: as many as fit, by their priority. */
#ifndef NESTPROF_TOP_LAYOUT_H
#define NESTPROF_TOP_LAYOUT_H

#include "collector/top/view.h"

struct top_place {
	const struct top_column *column;
	uint32_t x, width;
};

struct top_layout {
	uint32_t n; /* from left to right */
	struct top_place place[TOP_MAX_COLUMNS];
};

/* A column's title and unit in two lines, as narrow as they go. Of names: in the lower. */
void top_title(const struct top_column *c, char upper[TOP_CELL], char lower[TOP_CELL]);

/* `width` is the screen's. */
void top_layout_make(struct top_layout *l, const struct top_view *v, uint32_t width);

#endif
