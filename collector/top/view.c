// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/view.h"

#include <stdlib.h>
#include <string.h>

void top_view_init(struct top_view *v)
{
	memset(v, 0, sizeof(*v));
	v->whose.vcpu = NP_ANY_VCPU;
	for (int i = 0; i < TOP_LEVELS; i++) {
		v->looks[i].sort = top_first_sort(i);
		v->looks[i].selected.all = true;
	}
}

void top_view_free(struct top_view *v)
{
	free(v->items);
	v->items = NULL;
	v->nr_items = 0;
}

struct top_looks *top_view_looks(struct top_view *v)
{
	return &v->looks[v->level];
}

uint32_t top_view_at(const struct top_view *v)
{
	return v->looks[v->level].at;
}

struct top_id top_item_id(enum top_level level, const struct top_item *i)
{
	struct top_id id = { .all = i->all, .vcpu = NP_ANY_VCPU };

	if (i->all)
		return id;
	if (level <= TOP_VCPUS) {
		id.tgid = i->group->whose.tgid;
		id.vcpu = i->group->whose.vcpu;
		return id;
	}
	id.kind = level == TOP_REASONS ? i->line->kind : STAT_L1;
	id.reason = level == TOP_REASONS ? i->line->reason : i->cause;
	return id;
}

static void select_line(struct top_view *v, uint32_t at)
{
	struct top_looks *l = top_view_looks(v);

	l->at = at;
	if (at < v->nr_items)
		l->selected = top_item_id(v->level, &v->items[at]);
}

void top_view_move(struct top_view *v, int lines)
{
	int64_t at = (int64_t)top_view_at(v) + lines, last = (int64_t)v->nr_items - 1;

	if (at > last)
		at = last;
	select_line(v, at < 0 ? 0 : at);
}

/* A level that is entered anew begins at its first line, with everything in it. */
static void go_to(struct top_view *v, enum top_level level)
{
	struct top_looks *l;

	v->level = level;
	l = top_view_looks(v);
	l->at = l->first = 0;
	l->filter[0] = '\0';
	l->selected = (struct top_id){ .all = true };
}

static bool enter_reason(struct top_view *v, const struct top_item *i)
{
	if (!i->all && i->line->kind == STAT_L1)
		return false; /* such an exit makes no others */
	v->all_reasons = i->all;
	v->kind = i->line->kind;
	v->reason = i->line->reason;
	go_to(v, TOP_COSTS);
	return true;
}

bool top_view_enter(struct top_view *v)
{
	const struct top_item *i;

	if (top_view_at(v) >= v->nr_items || v->level == TOP_COSTS)
		return false;
	i = &v->items[top_view_at(v)];
	if (v->level == TOP_REASONS)
		return enter_reason(v, i);
	v->whose = i->group->whose;
	go_to(v, v->level + 1);
	return true;
}

bool top_view_back(struct top_view *v)
{
	if (v->level == TOP_VMS)
		return false;
	v->level--;
	/* What was chosen at this level is open again. */
	if (v->level <= TOP_VCPUS)
		v->whose.vcpu = NP_ANY_VCPU;
	if (v->level == TOP_VMS)
		v->whose = (struct stat_whose){ .vcpu = NP_ANY_VCPU };
	if (v->level == TOP_VCPUS && v->looks[TOP_VMS].selected.all)
		v->whose = (struct stat_whose){ .vcpu = NP_ANY_VCPU };
	return true;
}

void top_view_level(struct top_view *v, enum top_level level)
{
	for (int i = 0; i < TOP_LEVELS; i++)
		go_to(v, i);
	v->whose = (struct stat_whose){ .vcpu = NP_ANY_VCPU };
	v->all_reasons = true;
	v->level = level;
}

static uint32_t sort_column(const struct top_view *v)
{
	for (uint32_t i = 0; i < v->nr_columns; i++)
		if (!strcmp(v->columns[i].column->key, v->looks[v->level].sort))
			return i;
	return 0;
}

void top_view_sort(struct top_view *v, int columns)
{
	int64_t at = (int64_t)sort_column(v) + columns;
	struct top_looks *l = top_view_looks(v);

	if (at < 0 || at >= v->nr_columns)
		return;
	l->sort = v->columns[at].column->key;
	l->reverse = false;
}

void top_view_reverse(struct top_view *v)
{
	top_view_looks(v)->reverse = !top_view_looks(v)->reverse;
}

uint32_t top_view_first(struct top_view *v, uint32_t height)
{
	struct top_looks *l = top_view_looks(v);

	if (l->first + height > v->nr_items)
		l->first = v->nr_items > height ? v->nr_items - height : 0;
	if (l->at < l->first)
		l->first = l->at;
	if (height && l->at >= l->first + height)
		l->first = l->at - height + 1;
	return l->first;
}
