// SPDX-License-Identifier: GPL-2.0-only
/* result.csv: one line per arm, workload and metric. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "analysis/exit_reason.h"
#include "analysis/result_print.h"
#include "analysis/rows.h"

static const struct np_column columns[] = {
	{ "arm", "arm", "", 0 },     { "workload", "workload", "", 0 },
	{ "metric", "metric", "", 0 }, { "value", "value", "", 3 },
	{ "unit", "unit", "", 0 },
};

#define NR_COLUMNS (sizeof(columns) / sizeof(*columns))

/* Whose lines are being made. The first error stops all further ones. */
struct csv {
	struct np_rows *rows;
	const char *arm, *workload;
	int err;
};

static void begin(struct csv *c, const char *metric, const char *unit)
{
	if (!c->err)
		c->err = np_rows_add(c->rows);
	if (!c->err)
		c->err = np_rows_text(c->rows, "arm", c->arm);
	if (!c->err)
		c->err = np_rows_text(c->rows, "workload", c->workload);
	if (!c->err)
		c->err = np_rows_text(c->rows, "metric", metric);
	if (!c->err)
		c->err = np_rows_text(c->rows, "unit", unit);
}

static void number(struct csv *c, const char *metric, double value, const char *unit)
{
	begin(c, metric, unit);
	if (!c->err)
		c->err = np_rows_number(c->rows, "value", round(value * 1e6) / 1e6);
}

static void count(struct csv *c, const char *metric, uint64_t value, const char *unit)
{
	begin(c, metric, unit);
	if (!c->err)
		c->err = np_rows_count(c->rows, "value", value);
}

static void times(struct csv *c, const char *what, const struct np_samples *s)
{
	char metric[64];

	snprintf(metric, sizeof(metric), "%s.mean", what);
	number(c, metric, np_samples_mean(s), "ticks");
	snprintf(metric, sizeof(metric), "%s.min", what);
	number(c, metric, np_samples_min(s), "ticks");
	snprintf(metric, sizeof(metric), "%s.max", what);
	number(c, metric, np_samples_max(s), "ticks");
}

static void by_reason(struct csv *c, const char *what, uint32_t isa,
		      const uint64_t counts[NP_REASONS])
{
	char metric[96];

	for (uint32_t i = 0; i < NP_REASONS; i++) {
		if (!counts[i])
			continue;
		snprintf(metric, sizeof(metric), "%s.%s", what, np_exit_reason_name(isa, i));
		count(c, metric, counts[i], "exits");
	}
}

static void per_l2_exit(struct csv *c, uint32_t isa, const struct np_l2_totals *t)
{
	char metric[96];

	for (uint32_t i = 0; i < NP_REASONS; i++) {
		if (!t->caused[i])
			continue;
		snprintf(metric, sizeof(metric), "per_l2_exit.%s", np_exit_reason_name(isa, i));
		number(c, metric, np_per_l2_exit(t->caused[i], t->exits), "exits per L2 exit");
	}
	number(c, "per_l2_exit.total", np_per_l2_exit(t->caused_total, t->exits),
	       "exits per L2 exit");
}

static void account(struct csv *c, const struct np_workload_result *w)
{
	const struct np_account *a = &w->account;
	uint64_t l2[NP_REASONS];
	struct np_l2_totals t;

	np_account_l2_totals(a, &t);
	for (uint32_t i = 0; i < NP_REASONS; i++)
		l2[i] = a->l2[i].exits;
	count(c, "traced_iterations", w->traced_iterations, "iterations");
	count(c, "l2_exits.total", t.exits, "exits");
	count(c, "l2_exits.to_l1", t.to_l1, "exits");
	count(c, "l2_exits.l0_only", t.l0_only, "exits");
	count(c, "l2_exits.synthetic", t.synthetic, "exits");
	by_reason(c, "l2_exit_reasons", a->isa, l2);
	per_l2_exit(c, a->isa, &t);
	by_reason(c, "l1_exits_outside", a->isa, a->outside);
	by_reason(c, "unfinished", a->isa, a->unfinished);
	count(c, "entries", a->entries, "entries");
	count(c, "failed_entries", a->failed_entries, "entries");
	count(c, "desyncs", a->desyncs, "events");
	count(c, "lost", w->lost, "events");
}

static void workload(struct csv *c, const struct np_workload_result *w)
{
	count(c, "iterations", w->iterations, "iterations");
	times(c, "round_trip", &w->untraced);
	times(c, "round_trip_traced", &w->traced);
	number(c, "observer_effect", np_observer_effect(w), "ratio");
	if (w->has_account)
		account(c, w);
}

/* Belongs to no arm: the first column stays empty. */
static void comparison(struct csv *c, const struct np_result *r)
{
	struct np_comparison all[NP_MAX_COMPARISONS];
	uint32_t n = np_result_compare(r, all);
	char name[NP_COMPARED];

	c->arm = "";
	for (uint32_t i = 0; i < n; i++) {
		c->workload = np_comparison_name(&all[i], name);
		number(c, "overhead_off", all[i].overhead_off, "ratio");
		number(c, "overhead_on", all[i].overhead_on, "ratio");
		number(c, "overhead_reduction_percent", all[i].overhead_reduction_percent, "%");
		number(c, "time_saved_percent", all[i].time_saved_percent, "%");
	}
}

int np_result_print_csv(const struct np_result *r, FILE *out)
{
	struct csv c = { .rows = np_rows_new(columns, NR_COLUMNS) };

	if (!c.rows)
		return -ENOMEM;
	for (uint32_t i = 0; i < r->nr_arms; i++) {
		c.arm = r->arms[i]->name;
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++) {
			c.workload = r->arms[i]->workloads[k]->name;
			workload(&c, r->arms[i]->workloads[k]);
		}
	}
	comparison(&c, r);
	if (!c.err)
		c.err = np_rows_print_csv(c.rows, out);
	np_rows_free(c.rows);
	return c.err;
}
