// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <string.h>

#include "analysis/bench.h"
#include "analysis/rows.h"

static const struct np_column measured_columns[] = {
	{ "workload", "workload", "", 0 }, { "median", "median", "ticks", 0 },
	{ "low", "from", "ticks", 0 },	   { "high", "to", "ticks", 0 },
	{ "ns", "median", "ns", 0 },	   { "outliers", "outliers", "", 0 },
};

static const struct np_column published_columns[] = {
	{ "workload", "workload", "", 0 },	{ "source", "source", "", 0 },
	{ "unit", "unit", "", 0 },		{ "here", "here", "", 2 },
	{ "single", "single level", "", 2 },	{ "shadowed", "nested, shadowed", "", 2 },
	{ "nested", "nested", "", 2 },
};

#define NEW_ROWS(c) np_rows_new(c, sizeof(c) / sizeof((c)[0]))

static int add_measured(struct np_rows *t, const struct np_bench *b,
			const struct np_workload_result *w)
{
	const struct np_samples *s = &w->untraced;
	double median = np_sample_median(s->ticks, s->n);
	struct np_interval in = np_median_interval(s->ticks, s->n);
	uint32_t far[NP_MAX_SAMPLES];
	int err = np_rows_add(t);

	if (!err)
		err = np_rows_text(t, "workload", w->name);
	if (err || w->error[0])
		return err;
	err = np_rows_number(t, "median", median);
	if (!err)
		err = np_rows_number(t, "low", in.low);
	if (!err)
		err = np_rows_number(t, "high", in.high);
	if (!err)
		err = np_rows_number(t, "ns", np_bench_nanoseconds(b, median));
	return err ? err : np_rows_count(t, "outliers",
					 np_outliers(s->ticks, s->n, far, NP_MAX_SAMPLES));
}

/* The figures of one source and unit: a row. */
static bool same_row(const struct np_published *a, const struct np_published *b)
{
	return a->source == b->source && a->unit == b->unit && !strcmp(a->workload, b->workload);
}

static int set_figure(struct np_rows *t, const struct np_published *p)
{
	static const char *const keys[] = { [NP_FORM_SINGLE] = "single",
					    [NP_FORM_NESTED] = "nested",
					    [NP_FORM_SHADOWED] = "shadowed" };
	int decimals = p->unit == NP_UNIT_MICROSECONDS ? 2 : 0;
	char least[NP_GROUPED], most[NP_GROUPED], text[2 * NP_GROUPED + 8];

	np_grouped(least, p->least, decimals);
	np_grouped(most, p->most, decimals);
	if (p->least < p->most)
		snprintf(text, sizeof(text), "%s-%s", least, most);
	else
		snprintf(text, sizeof(text), "%s", least);
	return np_rows_text(t, keys[p->form], text);
}

static int begin_published(struct np_rows *t, const struct np_bench *b,
			   const struct np_published *p, double ticks)
{
	bool us = p->unit == NP_UNIT_MICROSECONDS;
	char here[NP_GROUPED] = "-";
	double ns = np_bench_nanoseconds(b, ticks);
	int err = np_rows_add(t);

	if (!us || isfinite(ns))
		np_grouped(here, us ? ns / 1000 : ticks, us ? 2 : 0);
	if (!err)
		err = np_rows_text(t, "workload", p->workload);
	if (!err)
		err = np_rows_text(t, "source", p->source->name);
	if (!err)
		err = np_rows_text(t, "unit", np_unit_name(p->unit));
	return err ? err : np_rows_text(t, "here", here);
}

static int add_published(struct np_rows *t, const struct np_bench *b,
			 const struct np_workload_result *w)
{
	double ticks = np_sample_median(w->untraced.ticks, w->untraced.n);
	const struct np_published *p, *row = NULL;
	int err = 0;

	for (uint32_t i = 0; !w->error[0] && !err && (p = np_published_at(i)); i++) {
		if (strcmp(p->workload, w->name))
			continue;
		if (!row || !same_row(row, p))
			err = begin_published(t, b, p, ticks);
		row = p;
		if (!err)
			err = set_figure(t, p);
	}
	return err;
}

typedef int (*add_rows)(struct np_rows *t, const struct np_bench *b,
			const struct np_workload_result *w);

static int print_table(struct np_rows *t, const struct np_bench *b, add_rows add,
		       const char *title, FILE *out)
{
	const struct np_arm_result *a = np_result_arm(b->result, NP_ARM_SINGLE);
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; a && !err && i < a->nr_workloads; i++)
		err = add(t, b, a->workloads[i]);
	if (!err && np_rows_nr(t)) {
		fprintf(out, "\n%s\n", title);
		err = np_rows_print_text(t, out);
	}
	np_rows_free(t);
	return err;
}

static bool has_published(const struct np_bench *b, const struct np_source *s)
{
	const struct np_arm_result *a = np_result_arm(b->result, NP_ARM_SINGLE);
	const struct np_published *p;

	for (uint32_t i = 0; a && (p = np_published_at(i)); i++) {
		const struct np_workload_result *w = np_arm_workload(a, p->workload);

		if (p->source == s && w && !w->error[0])
			return true;
	}
	return false;
}

static void print_notes(const struct np_bench *b, FILE *out)
{
	const struct np_arm_result *a = np_result_arm(b->result, NP_ARM_SINGLE);
	const struct np_source *s;

	fputc('\n', out);
	for (uint32_t i = 0; (s = np_source_at(i)); i++)
		if (has_published(b, s))
			fprintf(out, "%s: %s\n", s->name, s->text);
	for (uint32_t i = 0; a && i < a->nr_workloads; i++)
		if (a->workloads[i]->error[0])
			fprintf(out, "%s: %s\n", a->workloads[i]->name,
				a->workloads[i]->error);
}

int np_bench_print(const struct np_bench *b, FILE *out)
{
	char text[800];
	int err;

	np_bench_suggestion(b, text, sizeof(text));
	fprintf(out, "%s\n", text);
	err = print_table(NEW_ROWS(measured_columns), b, add_measured,
			  "From the guest to its hypervisor and back (the median, and where it is "
			  "at 95 %)", out);
	if (!err)
		err = print_table(NEW_ROWS(published_columns), b, add_published,
				  "Beside what others published", out);
	if (!err)
		print_notes(b, out);
	return ferror(out) ? -EIO : err;
}
