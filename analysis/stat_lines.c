// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stat_lines.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/stat_metrics.h"

/* Rows of counters are added as plain words. */
#define ROW_WORDS (sizeof(struct np_row) / sizeof(uint64_t))
_Static_assert(sizeof(struct np_row) % sizeof(uint64_t) == 0, "words and no rest");

const char *stat_kind_name(enum stat_kind kind)
{
	static const char *const names[] = {
		[STAT_L2] = "L2",
		[STAT_THIRD] = "third level",
		[STAT_L1] = "L1 alone",
		[STAT_OTHERS] = "others",
	};

	return names[kind];
}

const char *stat_reason_name(const struct stat_line *l)
{
	return l->kind == STAT_OTHERS ? "(others)" : np_exit_reason_name(l->isa, l->reason);
}

static uint64_t caused_total(const struct np_row *row)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < NP_REASONS; i++)
		total += row->caused[i];
	return total;
}

uint64_t stat_line_l0_exits(const struct stat_line *l)
{
	return l->row.exits + caused_total(&l->row);
}

bool stat_same_whose(const struct stat_whose *a, const struct stat_whose *b)
{
	return a->tgid == b->tgid && a->vcpu == b->vcpu;
}

static int append(struct stat_lines *l, const struct stat_line *line)
{
	struct stat_line *more = reallocarray(l->line, l->nr_lines + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	l->line = more;
	l->line[l->nr_lines++] = *line;
	return 0;
}

static int append_group(struct stat_lines *l, const struct stat_group *group)
{
	struct stat_group *more = reallocarray(l->group, l->nr_groups + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	l->group = more;
	l->group[l->nr_groups++] = *group;
	return 0;
}

static bool anything(const struct np_row *row)
{
	static const struct np_row nothing;

	return memcmp(row, &nothing, sizeof(nothing)) != 0;
}

static void describe(struct stat_trips *t, const struct np_hist *h)
{
	t->p50 = np_hist_percentile(h, 50);
	t->p90 = np_hist_percentile(h, 90);
	t->p99 = np_hist_percentile(h, 99);
	t->p999 = np_hist_percentile(h, 99.9);
	t->max = np_hist_max(h);
}

static int add_l2(struct stat_lines *l, const struct stat_whose *whose, const struct np_account *w,
		  const struct np_trip_hists *trips, uint32_t reason)
{
	struct stat_line line = { .whose = *whose, .isa = w->isa, .reason = reason };

	if (!anything(&w->l2[reason]))
		return 0;
	line.kind = np_is_vmx_instruction(w->isa, reason) ? STAT_THIRD : STAT_L2;
	line.row = w->l2[reason];
	for (int kind = 0; kind < NP_TRIPS; kind++)
		describe(&line.trips[kind], &trips->of[reason][kind]);
	return append(l, &line);
}

static int add_l1(struct stat_lines *l, const struct stat_whose *whose, const struct np_account *w,
		  uint32_t reason)
{
	struct stat_line line = { .whose = *whose, .isa = w->isa, .reason = reason };

	if (!w->outside[reason])
		return 0;
	line.kind = STAT_L1;
	line.row.exits = w->outside[reason];
	return append(l, &line);
}

static int add_group(struct stat_lines *l, const struct stat_whose *whose,
		     const struct np_account *w)
{
	struct stat_group g = { .whose = *whose,
				.entries = w->entries,
				.failed_entries = w->failed_entries,
				.desyncs = w->desyncs };

	memcpy(g.sync, w->sync, sizeof(g.sync));

	/*
	 * Without what is unfinished: in counters that were read while they
	 * moved it may be twice, or not at all. The others only ever grow.
	 */
	for (uint32_t i = 0; i < NP_REASONS; i++) {
		g.l0_exits += w->l2[i].exits + caused_total(&w->l2[i]) + w->outside[i];
		g.l2_exits += w->l2[i].exits;
		g.caused += caused_total(&w->l2[i]);
		g.synthetic += w->l2[i].synthetic;
		g.unfinished += w->unfinished[i];
	}
	return g.l0_exits || g.entries || l->idle ? append_group(l, &g) : 0;
}

int stat_lines_add(const struct stat_whose *whose, const struct np_account *window,
		   const struct np_trip_hists *trips, void *lines)
{
	struct stat_lines *l = lines;
	int err = add_group(l, whose, window);

	for (uint32_t i = 0; !err && i < NP_REASONS; i++)
		err = add_l2(l, whose, window, trips, i);
	for (uint32_t i = 0; !err && i < NP_REASONS; i++)
		err = add_l1(l, whose, window, i);
	for (uint32_t i = 0; !err && i < NP_REASONS; i++)
		err = stat_failures_add_exit(&l->failures, whose, window->isa, i,
					     window->l2[i].exits);
	return err;
}

void stat_lines_free(struct stat_lines *l)
{
	free(l->line);
	free(l->group);
	stat_failures_free(&l->failures);
	memset(l, 0, sizeof(*l));
}

static void add_row(struct np_row *to, const struct np_row *from)
{
	uint64_t *t = (uint64_t *)to;
	const uint64_t *f = (const uint64_t *)from;

	for (size_t i = 0; i < ROW_WORDS; i++)
		t[i] += f[i];
}

void stat_line_sum(struct stat_line *to, const struct stat_line *from)
{
	add_row(&to->row, &from->row);
}

/* The line that takes what is too small, of the same VM or vCPU; always behind its others. */
static void fold_into(struct stat_lines *l, uint32_t *kept, const struct stat_line *small)
{
	struct stat_line *last = *kept ? &l->line[*kept - 1] : NULL;

	if (last && last->kind == STAT_OTHERS && stat_same_whose(&last->whose, &small->whose)) {
		add_row(&last->row, &small->row);
		memset(last->trips, 0, sizeof(last->trips));
		return;
	}
	l->line[*kept] = *small;
	l->line[*kept].kind = STAT_OTHERS;
	l->line[*kept].reason = NP_REASONS;
	(*kept)++;
}

static bool is_small(const struct stat_line *l, double min_share)
{
	return 100.0 * stat_line_l0_exits(l) < min_share * l->all;
}

struct order {
	double min_share;
	const struct stat_metric *sort;
};

static int by_whose(const struct stat_whose *a, const struct stat_whose *b)
{
	if (a->tgid != b->tgid)
		return a->tgid < b->tgid ? -1 : 1;
	return (a->vcpu > b->vcpu) - (a->vcpu < b->vcpu);
}

static int by_name(const struct stat_line *a, const struct stat_line *b)
{
	int order = strcmp(np_exit_reason_name(a->isa, a->reason),
			   np_exit_reason_name(b->isa, b->reason));

	return order ? order : (int)a->kind - (int)b->kind;
}

static int by_metric(const struct stat_line *a, const struct stat_line *b,
		     const struct stat_metric *m)
{
	double x = m->value ? m->value(a, m->arg) : 0, y = m->value ? m->value(b, m->arg) : 0;

	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y); /* what has no value comes last */
	return (x < y) - (x > y);
}

static int compare(const void *x, const void *y, void *arg)
{
	const struct stat_line *a = x, *b = y;
	const struct order *o = arg;
	int order = by_whose(&a->whose, &b->whose);

	if (!order)
		order = is_small(a, o->min_share) - is_small(b, o->min_share);
	if (!order)
		order = by_metric(a, b, o->sort);
	return order ? order : by_name(a, b);
}

int stat_lines_finish(struct stat_lines *l, double seconds, double min_share,
		      const struct stat_metric *sort)
{
	struct order order = { min_share, sort };
	uint64_t all = 0;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < l->nr_lines; i++)
		all += stat_line_l0_exits(&l->line[i]);
	l->seconds = seconds;
	for (uint32_t i = 0; i < l->nr_lines; i++) {
		l->line[i].seconds = seconds;
		l->line[i].paths = l->paths;
		l->line[i].all = all;
	}
	for (uint32_t i = 0; i < l->nr_groups; i++) {
		l->group[i].seconds = seconds;
		l->group[i].all = all;
	}
	if (l->nr_lines)
		qsort_r(l->line, l->nr_lines, sizeof(*l->line), compare, &order);
	for (uint32_t i = 0; i < l->nr_lines; i++) {
		struct stat_line line = l->line[i];

		if (is_small(&line, min_share))
			fold_into(l, &kept, &line);
		else
			l->line[kept++] = line;
	}
	l->nr_lines = kept;
	stat_failures_sort(&l->failures);
	return 0;
}
