// SPDX-License-Identifier: GPL-2.0-only
/* The lines of a view: gathered, filtered, sorted, and the selected one found again. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/top/view.h"

static int add(struct top_view *v, struct top_item item)
{
	struct top_item *more = reallocarray(v->items, v->nr_items + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	v->items = more;
	v->items[v->nr_items++] = item;
	return 0;
}

static enum stat_by way_of(const struct stat_whose *w)
{
	if (!w->tgid)
		return STAT_BY_REASON;
	return w->vcpu == NP_ANY_VCPU ? STAT_BY_VM : STAT_BY_VCPU;
}

/* Of one VM, or of all together; NULL when it is gone. */
static const struct stat_group *group_of(struct top_data *d, const struct stat_whose *w)
{
	const struct stat_lines *l = top_data_lines(d, way_of(w));

	if (!w->tgid)
		return top_data_all(d);
	for (uint32_t i = 0; i < l->nr_groups; i++)
		if (stat_same_whose(&l->group[i].whose, w))
			return &l->group[i];
	return NULL;
}

static int add_groups(struct top_view *v, struct top_data *d, enum stat_by by)
{
	struct stat_whose vm = { .tgid = v->whose.tgid, .vcpu = NP_ANY_VCPU };
	const struct stat_group *all = group_of(d, &vm);
	const struct stat_lines *l = top_data_lines(d, by);
	int err = all ? add(v, (struct top_item){ .all = true, .group = all }) : 0;

	for (uint32_t i = 0; !err && i < l->nr_groups; i++)
		if (!vm.tgid || l->group[i].whose.tgid == vm.tgid)
			err = add(v, (struct top_item){ .group = &l->group[i] });
	return err;
}

/* The next line of the view's VM or vCPU, from the i-th on. */
static const struct stat_line *next_line(const struct top_view *v, const struct stat_lines *l,
					 uint32_t *i)
{
	while (*i < l->nr_lines) {
		const struct stat_line *line = &l->line[(*i)++];

		if (stat_same_whose(&line->whose, &v->whose))
			return line;
	}
	return NULL;
}

/* All exits of L2 as if they were of one reason. */
static void sum_up(struct top_view *v, const struct stat_lines *l)
{
	const struct stat_line *line;

	memset(&v->total, 0, sizeof(v->total));
	v->total.whose = v->whose;
	v->total.kind = STAT_L2;
	for (uint32_t i = 0; (line = next_line(v, l, &i));) {
		v->total.isa = line->isa;
		v->total.seconds = line->seconds;
		v->total.all = line->all;
		if (line->kind == STAT_L2 || line->kind == STAT_THIRD)
			stat_line_sum(&v->total, line);
	}
}

static int add_reasons(struct top_view *v, const struct stat_lines *l)
{
	const struct stat_line *line;
	int err = add(v, (struct top_item){ .all = true, .line = &v->total });

	for (uint32_t i = 0; !err && (line = next_line(v, l, &i));)
		err = add(v, (struct top_item){ .line = line });
	return err;
}

static const struct stat_line *find_exit(const struct top_view *v, const struct stat_lines *l)
{
	const struct stat_line *line;

	if (v->all_reasons)
		return &v->total;
	for (uint32_t i = 0; (line = next_line(v, l, &i));)
		if (line->kind == v->kind && line->reason == v->reason)
			return line;
	return NULL;
}

static int add_costs(struct top_view *v, const struct stat_lines *l)
{
	int err = 0;

	v->line = find_exit(v, l);
	if (!v->line)
		return 0;
	err = add(v, (struct top_item){ .all = true, .line = v->line });
	for (uint32_t i = 0; !err && i < NP_REASONS; i++)
		if (v->line->row.caused[i])
			err = add(v, (struct top_item){ .line = v->line, .cause = i });
	return err;
}

static int gather(struct top_view *v, struct top_data *d)
{
	const struct stat_lines *l;

	v->nr_items = 0;
	v->line = NULL;
	if (v->level <= TOP_VCPUS)
		return add_groups(v, d, v->level == TOP_VMS ? STAT_BY_VM : STAT_BY_VCPU);
	l = top_data_lines(d, way_of(&v->whose));
	sum_up(v, l);
	return v->level == TOP_REASONS ? add_reasons(v, l) : add_costs(v, l);
}

/* By any of its names. */
static bool passes(const struct top_view *v, const struct top_item *i)
{
	const char *filter = v->looks[v->level].filter;
	char text[TOP_CELL];

	if (i->all || !filter[0])
		return true;
	for (uint32_t k = 0; k < v->nr_columns; k++) {
		if (!v->columns[k].is_text)
			continue;
		top_cell(&v->columns[k], i, text);
		if (strcasestr(text, filter))
			return true;
	}
	return false;
}

static void filter_out(struct top_view *v)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < v->nr_items; i++)
		if (passes(v, &v->items[i]))
			v->items[kept++] = v->items[i];
	v->nr_items = kept;
}

static int by_text(const struct top_column *c, const struct top_item *a, const struct top_item *b)
{
	char x[TOP_CELL], y[TOP_CELL];

	top_cell(c, a, x);
	top_cell(c, b, y);
	return strcmp(x, y);
}

static int by_column(const struct top_column *c, const struct top_item *a,
		     const struct top_item *b, bool reverse)
{
	double x = top_value(c, a), y = top_value(c, b);
	int order;

	if (isnan(x) && isnan(y))
		order = c->is_text ? by_text(c, a, b) : 0;
	else if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y); /* what has no value comes last, either way */
	else
		order = (x < y) - (x > y);
	return reverse ? -order : order;
}

/* All together come first, whatever the order. What is alike is in that of names. */
static int compare(const void *x, const void *y, void *arg)
{
	const struct top_view *v = arg;
	const struct top_item *a = x, *b = y;
	const struct top_looks *l = &v->looks[v->level];
	int order = b->all - a->all;

	for (uint32_t i = 0; !order && i < v->nr_columns; i++)
		if (!strcmp(v->columns[i].column->key, l->sort))
			order = by_column(&v->columns[i], a, b, l->reverse);
	for (uint32_t i = 0; !order && i < v->nr_columns; i++)
		if (v->columns[i].is_text)
			order = by_column(&v->columns[i], a, b, false);
	return order;
}

static bool same_id(const struct top_id *a, const struct top_id *b)
{
	return a->all == b->all && a->tgid == b->tgid && a->vcpu == b->vcpu &&
	       a->kind == b->kind && a->reason == b->reason;
}

/* Where it is not there, the line in its place; it may come back. */
static void find_selected(struct top_view *v)
{
	struct top_looks *l = top_view_looks(v);

	for (uint32_t i = 0; i < v->nr_items; i++) {
		struct top_id id = top_item_id(v->level, &v->items[i]);

		if (same_id(&id, &l->selected)) {
			l->at = i;
			return;
		}
	}
	if (l->at >= v->nr_items)
		l->at = v->nr_items ? v->nr_items - 1 : 0;
}

int top_view_build(struct top_view *v, struct top_data *d)
{
	int err = gather(v, d);

	if (err)
		return err;
	v->nr_columns = top_columns(v->level, v->items, v->nr_items, v->looks[v->level].sort,
				    v->columns);
	filter_out(v);
	if (v->nr_items)
		qsort_r(v->items, v->nr_items, sizeof(*v->items), compare, v);
	find_selected(v);
	return 0;
}
