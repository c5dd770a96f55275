// SPDX-License-Identifier: GPL-2.0-only
/* Data for the chart of what is removed against how often L2 exits: points with names. */
#include "analysis/charts_parts.h"

#include <string.h>

#include "analysis/turtles_rows.h"

/*
 * What the points take of the chart, a letter and a line, in pixels: about, as only names
 * must not meet.
 */
#define WIDTH 720.0
#define HEIGHT 290.0
#define LETTER 7.2
#define LINE 15.0
#define GAP 10.0

/* Where the name stands: plots/reduction.gp knows them by number. */
enum side { RIGHT, LEFT, ABOVE, BELOW, NR_SIDES };

struct box {
	double left, right, top, bottom;
};

struct point {
	double rate, removed;
	char name[NP_COMPARED];
	enum side side;
};

struct points {
	uint32_t n;
	struct point of[NP_MAX_COMPARISONS];
	double most_rate, least, most;
};

/* Exits of L2 for a million ticks of the nested arm without shadow VMCS. */
static double l2_exit_rate(const struct chart_data *d, const struct np_comparison *c)
{
	struct np_transitions t;

	np_turtles_transitions(np_turtles_workload(d->r, d->pair->off, c), &t);
	return c->off > 0 ? 1e6 * t.l2 / c->off : NAN;
}

static void gather(const struct chart_data *d, struct points *p)
{
	*p = (struct points){ .least = NAN, .most = NAN };
	for (uint32_t i = 0; i < d->nr_workloads; i++) {
		const struct np_comparison *c = &d->all[i];
		struct point *at = &p->of[p->n];

		at->rate = l2_exit_rate(d, c);
		at->removed = c->overhead_reduction_percent;
		if (!(at->rate > 0) || !isfinite(at->removed))
			continue;
		np_comparison_name(c, at->name);
		p->most_rate = fmax(p->most_rate, at->rate);
		p->least = fmin(p->least, at->removed);
		p->most = fmax(p->most, at->removed);
		p->n++;
	}
}

static struct box around(const struct points *p, const struct point *at)
{
	double span = p->most > p->least ? p->most - p->least : 1;
	double x = at->rate / p->most_rate * WIDTH, y = (p->most - at->removed) / span * HEIGHT;

	return (struct box){ x - GAP / 2, x + GAP / 2, y - GAP / 2, y + GAP / 2 };
}

static struct box name_box(const struct points *p, const struct point *at, enum side side)
{
	struct box b = around(p, at);
	double width = LETTER * strlen(at->name), x = (b.left + b.right) / 2;
	double y = (b.top + b.bottom) / 2;

	switch (side) {
	case RIGHT:
		return (struct box){ x + GAP, x + GAP + width, y - LINE / 2, y + LINE / 2 };
	case LEFT:
		return (struct box){ x - GAP - width, x - GAP, y - LINE / 2, y + LINE / 2 };
	case ABOVE:
		return (struct box){ x - width / 2, x + width / 2, y - GAP - LINE, y - GAP };
	default:
		return (struct box){ x - width / 2, x + width / 2, y + GAP, y + GAP + LINE };
	}
}

static bool meet(struct box a, struct box b)
{
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

static bool is_free(const struct points *p, uint32_t i, enum side side)
{
	struct box b = name_box(p, &p->of[i], side);

	if (b.left < 0)
		return false;
	for (uint32_t k = 0; k < p->n; k++) {
		if (k != i && meet(b, around(p, &p->of[k])))
			return false;
		if (k < i && meet(b, name_box(p, &p->of[k], p->of[k].side)))
			return false;
	}
	return true;
}

static void place_names(struct points *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		enum side side = RIGHT;

		while (side < NR_SIDES && !is_free(p, i, side))
			side++;
		p->of[i].side = side % NR_SIDES; /* crowded: to the right after all */
	}
}

/* Rate, percent of the overhead that is removed, side, name. */
bool np_chart_reduction(FILE *f, const struct chart_data *d)
{
	struct points p;

	gather(d, &p);
	place_names(&p);
	for (uint32_t i = 0; i < p.n; i++) {
		put_number(f, p.of[i].rate);
		put_number(f, p.of[i].removed);
		fprintf(f, " %d ", p.of[i].side);
		put_quoted(f, p.of[i].name, true);
		fputc('\n', f);
	}
	return p.n > 0;
}
