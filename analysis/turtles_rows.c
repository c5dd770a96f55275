// SPDX-License-Identifier: GPL-2.0-only
/* The measured tables of the Turtles report. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/arm_pair.h"
#include "analysis/result_variant.h"
#include "analysis/stat_trips.h"
#include "analysis/turtles.h"
#include "analysis/turtles_rows.h"

const char np_turtles_places_title[] =
	"Where the time goes: L0's share of all cycles; shares of the timed round trips that L1 "
	"handled";

const char *np_turtles_overheads_title(const struct np_result *r, char title[NP_TURTLES_TITLE])
{
	snprintf(title, NP_TURTLES_TITLE, "Overhead over a guest with %s off and on, what it "
		 "removes, and L0 exits per L2 exit; P: in The Turtles Project%s",
		 np_arm_pair(r)->what,
		 np_result_isa(r) == NP_ISA_SVM ? ", on VMX with shadow VMCS" : "");
	return title;
}

static const struct np_column overhead_columns[] = {
	{ "workload", "workload", "", 0 },
	{ "overhead_off", "off", "%", 1 },
	{ "overhead_on", "on", "%", 1 },
	{ "reduction", "removed", "%", 1 },
	{ "exits_off", "exits off", "", 2 },
	{ "exits_on", "exits on", "", 2 },
	{ "paper_benchmark", "P: of", "", 0 },
	{ "paper_overhead_off", "P: off", "%", 1 },
	{ "paper_overhead_on", "P: on", "%", 1 },
	{ "paper_reduction", "P: removed", "%", 1 },
	{ "paper_exits_off", "P: exits off", "", 0 },
	{ "paper_exits_on", "P: exits on", "", 0 },
};

#define NR(table) (sizeof(table) / sizeof(*(table)))

const struct np_workload_result *np_turtles_workload(const struct np_result *r, const char *arm,
						     const struct np_comparison *c)
{
	const struct np_arm_result *a = np_result_arm_of(r, arm, c->variant);
	const struct np_workload_result *w = a ? np_arm_workload(a, c->workload) : NULL;

	return w && !w->error[0] ? w : NULL;
}

static double l0_exits(const struct np_result *r, const char *arm, const struct np_comparison *c)
{
	const struct np_workload_result *w = np_turtles_workload(r, arm, c);
	struct np_l2_totals t;

	if (!w || !w->has_account)
		return NAN;
	np_account_l2_totals(&w->account, &t);
	return np_per_l2_exit(t.caused_total, t.exits);
}

int np_turtles_numbers(struct np_rows *t, const struct np_turtles_number *numbers, size_t n)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = np_rows_number(t, numbers[i].key, numbers[i].value);
	return err;
}

static int add_paper(struct np_rows *t, const char *workload)
{
	struct np_turtles_paper p;

	np_turtles_paper(workload, &p);
	const struct np_turtles_number numbers[] = {
		{ "paper_overhead_off", 100 * p.overhead_off },
		{ "paper_overhead_on", 100 * p.overhead_on },
		{ "paper_reduction", 100 * np_turtles_reduction(p.overhead_off, p.overhead_on) },
		{ "paper_exits_off", p.exits_off },
		{ "paper_exits_on", p.exits_on },
	};
	int err = p.benchmark ? np_rows_text(t, "paper_benchmark", p.benchmark) : 0;

	return err ? err : np_turtles_numbers(t, numbers, NR(numbers));
}

int np_turtles_begin(struct np_rows *t, const struct np_comparison *c)
{
	char name[NP_COMPARED];
	int err = np_rows_add(t);

	return err ? err : np_rows_text(t, "workload", np_comparison_name(c, name));
}

static int add_overhead(struct np_rows *t, const struct np_result *r,
			const struct np_comparison *c)
{
	const struct np_turtles_number numbers[] = {
		{ "overhead_off", 100 * c->overhead_off },
		{ "overhead_on", 100 * c->overhead_on },
		{ "reduction", c->overhead_reduction_percent },
		{ "exits_off", l0_exits(r, np_arm_pair(r)->off, c) },
		{ "exits_on", l0_exits(r, np_arm_pair(r)->on, c) },
	};
	int err = np_turtles_begin(t, c);

	if (!err)
		err = np_turtles_numbers(t, numbers, NR(numbers));
	return err ? err : add_paper(t, c->workload);
}

static bool compared(const struct np_comparison *all, uint32_t n, const char *workload)
{
	for (uint32_t i = 0; i < n; i++)
		if (!strcmp(all[i].workload, workload))
			return true;
	return false;
}

/* What was not measured here is there too, for the paper's sake. */
static int add_papers_own(struct np_rows *t, const struct np_comparison *all, uint32_t n)
{
	const char *name;
	int err = 0;

	for (uint32_t i = 0; !err && (name = np_turtles_paper_workload(i)); i++) {
		if (compared(all, n, name))
			continue;
		err = np_rows_add(t);
		if (!err)
			err = np_rows_text(t, "workload", name);
		if (!err)
			err = add_paper(t, name);
	}
	return err;
}

struct np_rows *np_turtles_finished(struct np_rows *t, int err)
{
	if (!err)
		return t;
	np_rows_free(t);
	return NULL;
}

struct np_rows *np_turtles_overheads(const struct np_result *r)
{
	struct np_rows *t = np_rows_new(overhead_columns, NR(overhead_columns));
	struct np_comparison all[NP_MAX_COMPARISONS];
	uint32_t n = np_result_compare(r, all);
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < n; i++)
		err = add_overhead(t, r, &all[i]);
	if (!err)
		err = add_papers_own(t, all, n);
	return np_turtles_finished(t, err);
}

/* The phases' own names, as shares. */
static const struct np_column *place_columns(uint32_t isa)
{
	static struct np_column c[4 + NP_PHASES] = {
		{ "workload", "workload", "", 0 },
		{ "arm", "arm", "", 0 },
		{ "l0_cycles", "L0 of all cycles", "%", 1 },
		{ "mean", "round trip", "ns", 0 },
	};

	for (int i = 0; i < NP_PHASES; i++)
		c[4 + i] = (struct np_column){ stat_phase_columns[i].key,
					       stat_phase_title(i, isa), "%", 1 };
	return c;
}

static int add_place(struct np_rows *t, const struct np_arm_result *a,
		     const struct np_workload_result *w)
{
	const struct np_phase_sum *p = &w->times.phases;
	int err = np_rows_add(t);

	if (!err)
		err = np_rows_text(t, "workload", w->name);
	if (!err)
		err = np_rows_text(t, "arm", a->name);
	if (!err && w->cycles.known)
		err = np_rows_number(t, "l0_cycles", 100 * np_cycles_l0_share(&w->cycles));
	else if (!err)
		err = np_rows_text(t, "l0_cycles", "not available");
	if (!err && w->times.known && p->n)
		err = np_rows_number(t, "mean", (double)p->ns / p->n);
	for (int i = 0; !err && i < NP_PHASES; i++)
		err = np_rows_number(t, stat_phase_columns[i].key,
				     100 * np_times_phase_share(&w->times, i));
	return err;
}

struct np_rows *np_turtles_places(const struct np_result *r)
{
	struct np_rows *t = np_rows_new(place_columns(np_result_isa(r)), 4 + NP_PHASES);
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; !err && k < r->arms[i]->nr_workloads; k++)
			if (r->arms[i]->nested && !r->arms[i]->workloads[k]->error[0])
				err = add_place(t, r->arms[i], r->arms[i]->workloads[k]);
	return np_turtles_finished(t, err);
}

const char *np_turtles_no_cycles(const struct np_result *r)
{
	bool nested = false;

	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++) {
			if (r->arms[i]->nested && r->arms[i]->workloads[k]->cycles.known)
				return NULL;
			nested |= r->arms[i]->nested;
		}
	if (!nested || !np_result_has_times(r))
		return NULL;
	return "L0 of all cycles is not available: this CPU, or the machine that it is a part of, "
	       "has no cycle counter that tells host from guest.";
}
