// SPDX-License-Identifier: GPL-2.0-only
/* Data for the chart of what was counted live or recorded: L2's exits by reason. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/charts.h"
#include "analysis/stat_metrics.h"

#define MAX_BARS 8

static const char *const parts[] = { "per_exit_vmread", "per_exit_vmwrite", "per_exit_vmentry",
				     "per_exit_rest" };
#define NR_PARTS (sizeof(parts) / sizeof(*parts))

/* Of all VMs and vCPUs: a line for each reason, the one with the most exits of L0 first. */
struct bars {
	uint32_t n;
	struct stat_line line[MAX_BARS];
};

static void insert(struct bars *b, const struct stat_line *l)
{
	uint64_t exits = stat_line_l0_exits(l);
	uint32_t at = b->n < MAX_BARS ? b->n++ : MAX_BARS;

	for (; at && stat_line_l0_exits(&b->line[at - 1]) < exits; at--)
		if (at < MAX_BARS)
			b->line[at] = b->line[at - 1];
	if (at < MAX_BARS)
		b->line[at] = *l;
}

static void gather(struct bars *b, const struct stat_lines *l)
{
	struct stat_line sum[NP_REASONS];
	bool any[NP_REASONS] = { false };

	for (uint32_t i = 0; i < l->nr_lines; i++) {
		const struct stat_line *line = &l->line[i];

		if (line->kind != STAT_L2 || line->reason >= NP_REASONS)
			continue;
		if (any[line->reason])
			stat_line_sum(&sum[line->reason], line);
		else
			sum[line->reason] = *line;
		any[line->reason] = true;
	}
	b->n = 0;
	for (uint32_t i = 0; i < NP_REASONS; i++)
		if (any[i])
			insert(b, &sum[i]);
}

static void put_bar(FILE *f, uint32_t x, const struct stat_line *l)
{
	double total = 0;

	fprintf(f, "%u \"%s\"", x, stat_reason_name(l));
	for (size_t i = 0; i < NR_PARTS; i++) {
		const struct stat_metric *m = stat_metric_find(parts[i]);
		double value = m->value(l, m->arg);

		total += value;
		fprintf(f, " %.6f", value);
	}
	fprintf(f, " %.6f\n", total);
}

/* In single quotes gnuplot expands nothing. */
static void put_caption(FILE *f, int n, const char *what, const char *text)
{
	fprintf(f, "caption_%d = '%s", n, what);
	for (; *text; text++)
		if (!iscntrl((unsigned char)*text))
			fprintf(f, *text == '\'' ? "''" : "%c", *text);
	fputs("'\n", f);
}

static FILE *open_in(const char *dir, const char *name)
{
	char *path;
	FILE *f;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return NULL;
	f = fopen(path, "we");
	free(path);
	return f;
}

static int finish(FILE *f)
{
	int err = ferror(f) ? -EIO : 0;

	return fclose(f) ? -errno : err;
}

int np_charts_write_stat(const struct np_stat_chart *c, const char *dir)
{
	struct bars b;
	FILE *f;
	int err = 0;

	gather(&b, c->lines);
	if (b.n) {
		f = open_in(dir, "l2_reasons.dat");
		for (uint32_t i = 0; f && i < b.n; i++)
			put_bar(f, i, &b.line[i]);
		err = f ? finish(f) : -errno;
	}
	f = err ? NULL : open_in(dir, "vars.gp");
	if (!f)
		return err ?: -errno;
	put_caption(f, 1, "Kernel: L0 ", c->kernel);
	put_caption(f, 2, "CPU: ", c->cpu);
	put_caption(f, 3, "", "");
	fprintf(f, "nr_workloads = %u\n", b.n > 5 ? 5 : b.n);
	return finish(f);
}
