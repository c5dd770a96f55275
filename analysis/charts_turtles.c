// SPDX-License-Identifier: GPL-2.0-only
/* Data for the charts of the Turtles report. Rows are numbered from above, from 0 on. */
#include "analysis/charts_parts.h"

#include <string.h>

#include "analysis/stat_trips.h"
#include "analysis/turtles_rows.h"

/* Also what the paper's bars are of, where that is another program. */
static void put_both_names(FILE *f, const char *name, const struct np_turtles_paper *p)
{
	char both[2 * NP_NAME];

	if (p->benchmark)
		snprintf(both, sizeof(both), "%s (%s)", name, p->benchmark);
	put_quoted(f, p->benchmark ? both : name, true);
}

/* y, name, then percent over a guest: off, on, and the paper's off, on. */
static bool put_overhead(FILE *f, uint32_t y, const char *name, double off, double on)
{
	struct np_turtles_paper p;

	np_turtles_paper(name, &p);
	fprintf(f, "%u ", y);
	put_both_names(f, name, &p);
	put_number(f, 100 * off);
	put_number(f, 100 * on);
	put_number(f, 100 * p.overhead_off);
	put_number(f, 100 * p.overhead_on);
	fputc('\n', f);
	return true;
}

static bool has_row(const struct chart_data *d, const char *workload)
{
	for (uint32_t i = 0; i < d->nr_workloads; i++)
		if (!strcmp(d->all[i].workload, workload))
			return true;
	return false;
}

bool np_chart_overhead(FILE *f, const struct chart_data *d)
{
	const char *paper;
	uint32_t y = 0;
	bool any = false;

	for (uint32_t i = 0; i < d->nr_workloads; i++) {
		const struct np_comparison *c = &d->all[i];

		if (!c->variant[0] && (c->overhead_off > 0 || c->overhead_on > 0))
			any |= put_overhead(f, y++, c->workload, c->overhead_off, c->overhead_on);
	}
	for (uint32_t i = 0; any && (paper = np_turtles_paper_workload(i)); i++)
		if (!has_row(d, paper))
			put_overhead(f, y++, paper, NAN, NAN);
	return any;
}

/* A line for each arm: y, arm, workload, then its values; `off` is the arm off, or itself. */
typedef void (*put_values)(FILE *f, const struct np_times *t, const struct np_times *off);

static const struct np_times *times_of(const struct chart_data *d, const char *arm,
				       const struct np_comparison *c)
{
	const struct np_workload_result *w = np_turtles_workload(d->r, arm, c);

	return w && w->times.known && w->times.phases.ns ? &w->times : NULL;
}

static bool put_workload(FILE *f, const struct chart_data *d, const struct np_comparison *c,
			 double y, put_values put)
{
	const struct np_times *off = times_of(d, d->pair->off, c);
	const struct np_times *on = times_of(d, d->pair->on, c);
	const struct np_times *both[] = { off, on };
	char name[NP_COMPARED];

	for (int arm = 0; arm < 2; arm++) {
		if (!both[arm])
			continue;
		fprintf(f, "%g %s ", y + arm, arm ? "on" : "off");
		put_quoted(f, np_comparison_name(c, name), true);
		put(f, both[arm], off ?: on);
		fputc('\n', f);
	}
	return off || on;
}

static bool put_arms(FILE *f, const struct chart_data *d, put_values put)
{
	double y = 0;

	for (uint32_t i = 0; i < d->nr_workloads; i++)
		if (put_workload(f, d, &d->all[i], y, put))
			y += 2.5;
	return y > 0;
}

static double mean_trip(const struct np_times *t)
{
	return (double)t->phases.ns / t->phases.n;
}

/* The phases in percent of off's mean round trip, and the mean in us. */
static void put_phases(FILE *f, const struct np_times *t, const struct np_times *off)
{
	for (int i = 0; i < NP_PHASES; i++)
		put_number(f, 100.0 * t->phases.phase[i] / t->phases.n / mean_trip(off));
	put_number(f, 1e-3 * mean_trip(t));
}

bool np_chart_phases(FILE *f, const struct chart_data *d)
{
	return put_arms(f, d, put_phases);
}

void np_chart_phase_names(FILE *f, uint32_t isa)
{
	fprintf(f, "array phase[%d]\n", NP_PHASES);
	for (int i = 0; i < NP_PHASES; i++) {
		fprintf(f, "phase[%d] = ", i + 1);
		put_quoted(f, stat_phase_title(i, isa), false);
		fputc('\n', f);
	}
}

/* Percentiles in us. */
static void put_percentiles(FILE *f, const struct np_times *t, const struct np_times *off)
{
	static const double percents[] = { 1, 10, 50, 90, 99, 100 };

	(void)off;
	for (size_t i = 0; i < sizeof(percents) / sizeof(*percents); i++)
		put_number(f, 1e-3 * np_hist_percentile(&t->trips, percents[i]));
}

bool np_chart_distribution(FILE *f, const struct chart_data *d)
{
	return put_arms(f, d, put_percentiles);
}
