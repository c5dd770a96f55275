/* SPDX-License-Identifier: GPL-2.0-only */
/* What a table of rows.h is inside, for those that print it. */
#ifndef NESTPROF_ROWS_CELLS_H
#define NESTPROF_ROWS_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/rows.h"

struct cell {
	enum np_cell_type type;
	union {
		const char *text; /* one of the table's */
		uint64_t count;
		double number;
	};
};

/* Texts live as long as their table. */
struct text {
	struct text *next;
	char s[];
};

struct np_rows {
	const struct np_column *columns;
	uint32_t nr_columns;
	uint32_t nr_rows;
	struct cell *cells; /* row by row */
	struct text *texts;
};

static inline struct cell *cell_at(const struct np_rows *t, uint32_t row, uint32_t column)
{
	return &t->cells[(size_t)row * t->nr_columns + column];
}

/* As people read it: malloc'ed, or NULL. */
char *np_cell_text(const struct cell *c, int decimals);
bool np_rows_is_numeric(const struct np_rows *t, uint32_t column);

#endif
