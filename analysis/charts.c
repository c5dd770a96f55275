// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/charts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/arm_pair.h"
#include "analysis/charts_parts.h"
#include "analysis/exit_reason.h"
#include "analysis/result_variant.h"

/* So many reasons have a colour of their own in plots/common.gp. */
#define MAX_COLOURS 7
/* From here on short bars would vanish beside long ones. */
#define LOG_SCALE_FROM 12

static const struct np_account *account_of(const struct np_result *r, const char *arm,
					   const struct np_comparison *c)
{
	const struct np_arm_result *a = np_result_arm_of(r, arm, c->variant);
	const struct np_workload_result *w = a ? np_arm_workload(a, c->workload) : NULL;

	return w && w->has_account ? &w->account : NULL;
}

/* x, "off"/"on", each reason, others, total: a line of exits.dat. */
static bool put_exits(FILE *f, const struct chart_data *d, double x, const char *label,
		      const struct np_account *a)
{
	struct np_l2_totals t;
	uint64_t others;

	if (!a)
		return false;
	np_account_l2_totals(a, &t);
	if (!t.exits)
		return false;
	others = t.caused_total;
	fprintf(f, "%g %s", x, label);
	for (uint32_t i = 0; i < d->nr_reasons; i++) {
		uint64_t n = t.caused[d->top.reason[i]];

		put_number(f, np_per_l2_exit(n, t.exits));
		others -= n;
	}
	put_number(f, np_per_l2_exit(others, t.exits));
	put_number(f, np_per_l2_exit(t.caused_total, t.exits));
	fputc('\n', f);
	return true;
}

/* Two blocks: the bars, and the names of the workloads below them. */
static bool write_exits(FILE *f, const struct chart_data *d)
{
	char name[NP_COMPARED];
	bool any = false;

	for (uint32_t i = 0; i < d->nr_workloads; i++) {
		const struct np_comparison *c = &d->all[i];

		any |= put_exits(f, d, 2.5 * i, "off", account_of(d->r, d->pair->off, c));
		any |= put_exits(f, d, 2.5 * i + 1, "on", account_of(d->r, d->pair->on, c));
	}
	fputs("\n\n", f);
	for (uint32_t i = 0; i < d->nr_workloads; i++) {
		fprintf(f, "%g ", 2.5 * i + 0.5);
		put_quoted(f, np_comparison_name(&d->all[i], name), true);
		fputc('\n', f);
	}
	return any;
}

/* A time, and how it is printed on its bar: "24,110", "1.56 M". */
static void put_time(FILE *f, double value)
{
	char text[NP_GROUPED] = "";

	put_number(f, value);
	if (value >= 1e6)
		snprintf(text, sizeof(text), "%.2f M", value / 1e6);
	else if (isfinite(value))
		np_grouped(text, value, value < 100 ? 1 : 0);
	fprintf(f, " \"%s\"", text);
}

/* What was won, to stand below a workload's name. */
static void put_reduction(FILE *f, const struct np_comparison *c)
{
	if (isfinite(c->overhead_reduction_percent))
		fprintf(f, " \"overhead %+.0f %%\"", -c->overhead_reduction_percent);
	else
		fputs(" \"\"", f);
}

/* x, name, reduction, then single, off, on, each with its value as text. */
static bool write_round_trip(FILE *f, const struct chart_data *d)
{
	char name[NP_COMPARED];
	bool any = false;

	for (uint32_t i = 0; i < d->nr_workloads; i++) {
		const struct np_comparison *c = &d->all[i];

		if (!c->has_single && !c->has_off && !c->has_on)
			continue;
		fprintf(f, "%g ", 3.5 * i);
		put_quoted(f, np_comparison_name(c, name), true);
		put_reduction(f, c);
		put_time(f, c->single);
		put_time(f, c->off);
		put_time(f, c->on);
		fputc('\n', f);
		any = true;
	}
	return any;
}

/* Bars of nested runs are to be compared: a log scale only if they differ much. */
static void put_scale(FILE *f, const struct chart_data *d)
{
	double least = NAN, most = NAN, shortest = NAN, longest = NAN;
	bool log_scale;

	for (uint32_t i = 0; i < d->nr_workloads; i++) {
		const struct np_comparison *c = &d->all[i];

		least = fmin(least, fmin(c->off, c->on));
		most = fmax(most, fmax(c->off, c->on));
		shortest = fmin(shortest, c->single);
		longest = fmax(longest, c->single);
	}
	shortest = fmin(shortest, least);
	longest = fmax(longest, most);
	log_scale = shortest > 0 && most / least >= LOG_SCALE_FROM;
	fprintf(f, "log_scale = %d\nlongest = %.6f\nfloor_of_bars = %.6f\n", log_scale,
		isfinite(longest) ? longest : 0,
		log_scale ? pow(10, floor(log10(shortest))) : 0);
}

static const char *env_or(const struct np_result *r, const char *key, const char *otherwise)
{
	const char *value = np_result_env(r, key);

	return value ? value : otherwise;
}

static void put_caption(FILE *f, const struct np_result *r)
{
	char line[3][640];

	snprintf(line[0], sizeof(line[0]), "Kernels: L0 %s, L1 %s",
		 env_or(r, "l0_kernel", "unknown"), env_or(r, "l1_kernel", "unknown"));
	snprintf(line[1], sizeof(line[1]), "CPU: %s, %s%s",
		 env_or(r, "cpu_model", "unknown"), r->emulated ? "emulated by " : "not emulated",
		 r->emulated ? env_or(r, "emulator", "an unnamed emulator") : "");
	snprintf(line[2], sizeof(line[2]), "Time: %s", r->time_unit);
	for (int i = 0; i < 3; i++) {
		fprintf(f, "caption_%d = ", i + 1);
		put_quoted(f, line[i], false);
		fputc('\n', f);
	}
}

static void write_vars(FILE *f, const struct chart_data *d)
{
	put_caption(f, d->r);
	fprintf(f, "switched = '%s'\n", d->pair->what);
	fprintf(f, "time_axis = 'round trip of an exit, iteration of a macro-workload; ticks%s'\n",
		d->r->emulated ? " (emulated instructions)" : " of the time-stamp counter");
	fprintf(f, "nr_workloads = %u\nnr_reasons = %u\nhas_others = %d\n",
		d->nr_workloads, d->nr_reasons, d->top.n > d->nr_reasons);
	put_scale(f, d);
	np_chart_phase_names(f, d->top.isa);
	fprintf(f, "array reason[%u]\n", d->nr_reasons + 1);
	for (uint32_t i = 0; i < d->nr_reasons; i++) {
		fprintf(f, "reason[%u] = ", i + 1);
		put_quoted(f, np_exit_reason_name(d->top.isa, d->top.reason[i]), false);
		fputc('\n', f);
	}
	fprintf(f, "reason[%u] = 'others'\n", d->nr_reasons + 1);
}

/* Opens dir/name; the file is removed again when it did not get whole, or is empty. */
static int write_file(const struct chart_data *d, const char *dir, const char *name,
		      bool (*write)(FILE *f, const struct chart_data *d))
{
	bool keep = false;
	char *path;
	FILE *f;
	int err;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return -ENOMEM;
	f = fopen(path, "we");
	err = f ? 0 : -errno;
	if (f) {
		keep = write(f, d);
		if (fflush(f) || ferror(f))
			err = errno ? -errno : -EIO;
		if (fclose(f) && !err)
			err = -errno;
		if (err || !keep)
			unlink(path);
	}
	free(path);
	return err;
}

static bool write_vars_file(FILE *f, const struct chart_data *d)
{
	write_vars(f, d);
	return true;
}

static const struct {
	const char *name;
	bool (*write)(FILE *f, const struct chart_data *d);
} files[] = {
	{ "exits.dat", write_exits },
	{ "round_trip.dat", write_round_trip },
	{ "overhead.dat", np_chart_overhead },
	{ "reduction.dat", np_chart_reduction },
	{ "phases.dat", np_chart_phases },
	{ "distribution.dat", np_chart_distribution },
	{ "vars.gp", write_vars_file },
};

int np_charts_write_data(const struct np_result *r, const char *dir)
{
	struct chart_data d = { .r = r, .pair = np_arm_pair(r) };
	int err = 0;

	d.nr_workloads = np_result_compare(r, d.all);
	np_top_reasons(r, &d.top);
	d.nr_reasons = d.top.n < MAX_COLOURS ? d.top.n : MAX_COLOURS;
	for (size_t i = 0; !err && i < sizeof(files) / sizeof(*files); i++)
		err = write_file(&d, dir, files[i].name, files[i].write);
	return err;
}
