/* SPDX-License-Identifier: GPL-2.0-only */
/* What the writers of the charts' data have in common. */
#ifndef NESTPROF_CHARTS_PARTS_H
#define NESTPROF_CHARTS_PARTS_H

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "analysis/arm_pair.h"
#include "analysis/result_tables.h"

struct chart_data {
	const struct np_result *r;
	const struct np_arm_pair *pair;
	struct np_comparison all[NP_MAX_COMPARISONS];
	uint32_t nr_workloads;
	struct np_top_reasons top;
	uint32_t nr_reasons; /* with a column of their own, before "others" */
};

/*
 * Text for gnuplot: in single quotes it expands nothing, and a quote inside is
 * doubled. Data files know no such escape, so there the quote is left out.
 */
static inline void put_quoted(FILE *f, const char *s, bool data)
{
	char quote = data ? '"' : '\'';

	fputc(quote, f);
	for (; *s; s++) {
		if (*s == quote && !data)
			fputc(quote, f);
		if (!iscntrl((unsigned char)*s) && !(data && (*s == quote || *s == '\\')))
			fputc(*s, f);
	}
	fputc(quote, f);
}

static inline void put_number(FILE *f, double value)
{
	if (isfinite(value))
		fprintf(f, " %.6f", value);
	else
		fputs(" NaN", f);
}

/* Each writes a data file; false: there would be nothing in the chart. */
bool np_chart_overhead(FILE *f, const struct chart_data *d);
bool np_chart_reduction(FILE *f, const struct chart_data *d);
bool np_chart_phases(FILE *f, const struct chart_data *d);
bool np_chart_distribution(FILE *f, const struct chart_data *d);

/* For vars.gp. */
void np_chart_phase_names(FILE *f, uint32_t isa);

#endif
