// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/layout.h"

#include <stdio.h>
#include <string.h>

#include "collector/top/text.h"

#define GAP 1	    /* between columns, at least; one more where there is room */
#define MIN_TEXT 18 /* a name is not cut to less, but for the screen itself */

struct fit {
	const struct top_view *v;
	uint32_t natural[TOP_MAX_COLUMNS], width[TOP_MAX_COLUMNS];
	bool taken[TOP_MAX_COLUMNS];
	uint32_t left; /* columns of the screen not yet taken */
	uint32_t n;    /* columns of the table that are */
};

static uint32_t max(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The line ends before `at`, a blank; a comma there is not needed. */
static void split_at(const char *text, const char *at, char upper[TOP_CELL], char lower[TOP_CELL])
{
	const char *end = at > text && at[-1] == ',' ? at - 1 : at;

	snprintf(upper, TOP_CELL, "%.*s", (int)(end - text), text);
	snprintf(lower, TOP_CELL, "%s", at + 1);
}

void top_title(const struct top_column *c, char upper[TOP_CELL], char lower[TOP_CELL])
{
	const struct np_column *n = c->column;
	uint32_t best = UINT32_MAX;
	const char *best_at = NULL;
	char text[TOP_CELL];

	snprintf(text, sizeof(text), "%s%s%s", n->title, n->unit[0] ? ", " : "", n->unit);
	upper[0] = '\0';
	strcpy(lower, text);
	for (const char *at = text; !c->is_text && (at = strchr(at, ' ')); at++) {
		split_at(text, at, upper, lower);
		if (max(top_text_width(upper), top_text_width(lower)) > best)
			continue;
		best = max(top_text_width(upper), top_text_width(lower));
		best_at = at;
	}
	if (best_at)
		split_at(text, best_at, upper, lower);
}

static uint32_t natural_width(const struct top_view *v, uint32_t column)
{
	const struct top_column *c = &v->columns[column];
	char text[TOP_CELL], lower[TOP_CELL];
	uint32_t width;

	top_title(c, text, lower);
	width = max(top_text_width(text), top_text_width(lower));
	for (uint32_t i = 0; i < v->nr_items; i++) {
		top_cell(c, &v->items[i], text);
		width = max(width, top_text_width(text));
	}
	return width;
}

static int most_important_left(const struct fit *f, const bool tried[TOP_MAX_COLUMNS])
{
	int best = -1;

	for (uint32_t i = 0; i < f->v->nr_columns; i++)
		if (!tried[i] &&
		    (best < 0 || f->v->columns[i].priority < f->v->columns[best].priority))
			best = i;
	return best;
}

static void take(struct fit *f, uint32_t i)
{
	uint32_t gap = f->n ? GAP : 0;
	uint32_t least = f->v->columns[i].is_text ? min(f->natural[i], MIN_TEXT) : f->natural[i];

	if (!f->n)
		least = min(least, f->left);
	if (least + gap > f->left)
		return;
	f->taken[i] = true;
	f->width[i] = least;
	f->left -= least + gap;
	f->n++;
}

/* What is left over goes to names that were cut. */
static void widen(struct fit *f)
{
	for (uint32_t i = 0; i < f->v->nr_columns; i++) {
		uint32_t more = f->taken[i] ? min(f->natural[i] - f->width[i], f->left) : 0;

		f->width[i] += more;
		f->left -= more;
	}
}

void top_layout_make(struct top_layout *l, const struct top_view *v, uint32_t width)
{
	struct fit f = { .v = v, .left = width };
	bool tried[TOP_MAX_COLUMNS] = { false };
	uint32_t x = 0, gap = GAP;
	int i;

	for (uint32_t k = 0; k < v->nr_columns; k++)
		f.natural[k] = natural_width(v, k);
	while ((i = most_important_left(&f, tried)) >= 0) {
		tried[i] = true;
		take(&f, i);
	}
	widen(&f);
	gap += f.left + 1 >= f.n;
	memset(l, 0, sizeof(*l));
	for (uint32_t k = 0; k < v->nr_columns; k++) {
		if (!f.taken[k])
			continue;
		l->place[l->n++] = (struct top_place){ &v->columns[k], x, f.width[k] };
		x += f.width[k] + gap;
	}
}
