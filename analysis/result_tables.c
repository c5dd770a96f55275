// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/result_tables.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/result_variant.h"

/* Longer names are cut, so that the tables keep their width. */
#define NAME_WIDTH 16

/* Workloads in the order in which the arms, in theirs, bring them up; native lacks most. */
struct order {
	uint32_t n;
	const char *name[NP_MAX_ARMS * NP_MAX_WORKLOADS];
};

static void add_names(const struct np_arm_result *a, struct order *o)
{
	for (uint32_t k = 0; k < a->nr_workloads; k++) {
		const char *name = a->workloads[k]->name;
		uint32_t seen = 0;

		while (seen < o->n && strcmp(o->name[seen], name))
			seen++;
		if (seen == o->n)
			o->name[o->n++] = name;
	}
}

static void order_workloads(const struct np_result *r, struct order *o)
{
	o->n = 0;
	for (int native = 0; native <= 1; native++)
		for (uint32_t i = 0; i < r->nr_arms; i++)
			if (np_arm_is(r->arms[i]->name, NP_ARM_NATIVE) == native)
				add_names(r->arms[i], o);
}

typedef int (*add_row)(struct np_rows *t, const struct np_result *r, const struct np_arm_result *a,
		       const struct np_workload_result *w, const void *arg);

/* A row for every workload and, below one another, the arms that ran it. */
static int add_all(struct np_rows *t, const struct np_result *r, add_row add, const void *arg)
{
	struct order order;
	int err = 0;

	order_workloads(r, &order);
	for (uint32_t i = 0; i < order.n; i++)
		for (uint32_t k = 0; !err && k < r->nr_arms; k++) {
			const struct np_workload_result *w =
				np_arm_workload(r->arms[k], order.name[i]);

			if (w)
				err = add(t, r, r->arms[k], w, arg);
		}
	return err;
}

static int set_name(struct np_rows *t, const char *key, const char *name)
{
	char cut[NAME_WIDTH + 1];

	snprintf(cut, sizeof(cut), "%.*s", NAME_WIDTH, name);
	if (strlen(name) > NAME_WIDTH)
		cut[NAME_WIDTH - 1] = '~';
	return np_rows_text(t, key, cut);
}

static int begin_row(struct np_rows *t, const struct np_arm_result *a,
		     const struct np_workload_result *w)
{
	int err = np_rows_add(t);

	if (!err)
		err = set_name(t, "workload", w->name);
	return err ? err : set_name(t, "arm", a->name);
}

static struct np_rows *filled(struct np_rows *t, const struct np_result *r, add_row add,
			      const void *arg)
{
	if (t && add_all(t, r, add, arg)) {
		np_rows_free(t);
		return NULL;
	}
	return t;
}

static const struct np_column round_trip_columns[] = {
	{ "workload", "workload", "", 0 },
	{ "arm", "arm", "", 0 },
	{ "round_trip", "round trip", "ticks", 1 },
	{ "over_single", "over single", "x", 2 },
	{ "observer", "observer", "%", 1 },
	{ "l2_exits", "L2 exits", "", 0 },
	{ "to_l1", "to L1", "%", 1 },
};

#define NR_ROUND_TRIP (sizeof(round_trip_columns) / sizeof(*round_trip_columns))

static double over_single(const struct np_result *r, const char *arm,
			  const struct np_workload_result *w)
{
	const struct np_arm_result *a = np_result_arm_of(r, NP_ARM_SINGLE, np_arm_variant(arm));
	const struct np_workload_result *single = a ? np_arm_workload(a, w->name) : NULL;
	double base = single ? np_samples_mean(&single->untraced) : NAN;

	return base > 0 ? np_samples_mean(&w->untraced) / base : NAN;
}

static int add_round_trip(struct np_rows *t, const struct np_result *r,
			  const struct np_arm_result *a, const struct np_workload_result *w,
			  const void *arg)
{
	struct np_l2_totals l2;
	int err = begin_row(t, a, w);

	(void)arg;
	if (!err)
		err = np_rows_number(t, "round_trip", np_samples_mean(&w->untraced));
	if (!err)
		err = np_rows_number(t, "over_single", over_single(r, a->name, w));
	if (!err)
		err = np_rows_number(t, "observer", 100 * np_observer_effect(w));
	if (err || !w->has_account)
		return err;
	np_account_l2_totals(&w->account, &l2);
	err = np_rows_count(t, "l2_exits", l2.exits);
	return err ? err : np_rows_number(t, "to_l1", 100 * np_per_l2_exit(l2.to_l1, l2.exits));
}

struct np_rows *np_round_trip_rows(const struct np_result *r)
{
	return filled(np_rows_new(round_trip_columns, NR_ROUND_TRIP), r, add_round_trip, NULL);
}

static bool has_caused(const struct np_workload_result *w, struct np_l2_totals *t)
{
	if (!w->has_account)
		return false;
	np_account_l2_totals(&w->account, t);
	return t->exits > 0;
}

/* Highest first; stable, so that equal ones stay in the order of the numbers. */
static void insert_reason(struct np_top_reasons *top, const double weight[NP_REASONS],
			  uint32_t reason)
{
	uint32_t at = top->n++;

	for (; at > 0 && weight[top->reason[at - 1]] < weight[reason]; at--)
		top->reason[at] = top->reason[at - 1];
	top->reason[at] = reason;
}

void np_top_reasons(const struct np_result *r, struct np_top_reasons *top)
{
	double weight[NP_REASONS] = { 0 };
	struct np_l2_totals t;

	memset(top, 0, sizeof(*top));
	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++) {
			const struct np_workload_result *w = r->arms[i]->workloads[k];

			if (!has_caused(w, &t))
				continue;
			top->isa = w->account.isa;
			for (uint32_t n = 0; n < NP_REASONS; n++)
				weight[n] += np_per_l2_exit(t.caused[n], t.exits);
		}
	for (uint32_t n = 0; n < NP_REASONS; n++)
		if (weight[n] > 0)
			insert_reason(top, weight, n);
}

static void add_column(struct np_caused_table *t, const char *key, int decimals)
{
	t->columns[t->nr_columns++] = (struct np_column){ key, key, "", decimals };
}

static uint32_t count_rows(const struct np_result *r)
{
	struct np_l2_totals t;
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++)
			n += has_caused(r->arms[i]->workloads[k], &t);
	return n;
}

#define FIGURE_WIDTH 8 /* "1,234.56" */

struct np_caused_table *np_caused_table_new(const struct np_result *r, uint32_t width)
{
	/* Both names, "others" and "total", and a space after each. */
	uint32_t used = 2 * (NAME_WIDTH + 1) + 2 * (FIGURE_WIDTH + 1);
	struct np_caused_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	np_top_reasons(r, &t->top);
	t->nr_rows = count_rows(r);
	add_column(t, "workload", 0);
	add_column(t, "arm", 0);
	for (; t->shown < t->top.n; t->shown++) {
		char *name = t->names[t->shown];
		int len = snprintf(name, NP_NAME, "%s",
				   np_exit_reason_name(t->top.isa, t->top.reason[t->shown]));

		used += (len > FIGURE_WIDTH ? len : FIGURE_WIDTH) + 1;
		if (used > width)
			break;
		add_column(t, name, 2);
	}
	add_column(t, "others", 2);
	add_column(t, "total", 2);
	return t;
}

static int add_caused(struct np_rows *t, const struct np_result *r, const struct np_arm_result *a,
		      const struct np_workload_result *w, const void *arg)
{
	const struct np_caused_table *table = arg;
	struct np_l2_totals l2;
	uint64_t others;
	int err;

	(void)r;
	if (!has_caused(w, &l2))
		return 0;
	err = begin_row(t, a, w);
	others = l2.caused_total;
	for (uint32_t i = 0; !err && i < table->shown; i++) {
		uint64_t n = l2.caused[table->top.reason[i]];

		err = np_rows_number(t, table->columns[2 + i].key, np_per_l2_exit(n, l2.exits));
		others -= n;
	}
	if (!err)
		err = np_rows_number(t, "others", np_per_l2_exit(others, l2.exits));
	return err ? err : np_rows_number(t, "total", np_per_l2_exit(l2.caused_total, l2.exits));
}

struct np_rows *np_caused_rows(const struct np_result *r, const struct np_caused_table *t)
{
	return filled(np_rows_new(t->columns, t->nr_columns), r, add_caused, t);
}
