// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <string.h>

#include "analysis/compare_formats.h"
#include "analysis/json_write.h"
#include "analysis/rows.h"

static const struct np_column columns[] = {
	{ "workload", "workload", "", 0 },
	{ "arm", "arm", "", 0 },
	{ "metric", "metric", "", 0 },
	{ "unit", "of", "", 0 },
	{ "old", "old", "", 3 },
	{ "new", "new", "", 3 },
	{ "change", "change", "%", 3 },
	{ "interval", "95 % interval", "", 0 },
	{ "verdict", "verdict", "", 0 },
};

#define NR_COLUMNS (sizeof(columns) / sizeof(*columns))

const char *np_verdict_name(enum np_verdict v)
{
	static const char *const names[] = { [NP_SAME] = "same",
					     [NP_BETTER] = "better",
					     [NP_WORSE] = "worse",
					     [NP_UNPROVEN] = "no difference proven" };

	return names[v];
}

static bool changed(const struct np_compared *c)
{
	return c->verdict == NP_BETTER || c->verdict == NP_WORSE;
}

static int add(struct np_rows *t, const struct np_compared *c)
{
	char interval[64];
	int err = np_rows_add(t);

	snprintf(interval, sizeof(interval), "%+.2f .. %+.2f %%", 100 * c->interval.low,
		 100 * c->interval.high);
	if (!err)
		err = np_rows_text(t, "workload", c->workload);
	if (!err)
		err = np_rows_text(t, "arm", c->arm);
	if (!err)
		err = np_rows_text(t, "metric", c->metric);
	if (!err)
		err = np_rows_text(t, "unit", c->unit);
	if (!err)
		err = np_rows_number(t, "old", c->old);
	if (!err)
		err = np_rows_number(t, "new", c->new);
	if (!err)
		err = np_rows_number(t, "change", 100 * c->change);
	if (!err && isfinite(c->interval.low))
		err = np_rows_text(t, "interval", interval);
	return err ? err : np_rows_text(t, "verdict", np_verdict_name(c->verdict));
}

static void print_summary(const struct np_compare *c, FILE *out)
{
	uint32_t n[NP_UNPROVEN + 1] = { 0 }, few = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		n[c->rows[i].verdict]++;
		few += c->rows[i].few;
	}
	fprintf(out, "Of %u figures: %u worse, %u better, ", c->n, n[NP_WORSE], n[NP_BETTER]);
	if (n[NP_SAME] || !n[NP_UNPROVEN])
		fprintf(out, "%u the same.\n", n[NP_SAME]);
	else
		fprintf(out, "of %u no difference is proven.\n", n[NP_UNPROVEN]);
	if (few)
		fprintf(out, "Of %u there are too few repetitions to prove anything: run with "
			     "--repetitions 10 or more.\n", few);
}

struct np_rows *np_compare_rows(const struct np_compare *c, bool all)
{
	struct np_rows *t = np_rows_new(columns, NR_COLUMNS);
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < c->n; i++)
		if (all || changed(&c->rows[i]))
			err = add(t, &c->rows[i]);
	if (!err)
		return t;
	np_rows_free(t);
	return NULL;
}

int np_compare_print(const struct np_compare *c, bool all, FILE *out)
{
	struct np_rows *t = np_compare_rows(c, all);
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < c->nr_facts; i++)
		fprintf(out, "%s\n", c->facts[i]);
	if (c->nr_facts)
		fputc('\n', out);
	if (!err && np_rows_nr(t)) {
		err = np_rows_print_text(t, out);
		fputc('\n', out);
	}
	np_rows_free(t);
	if (!err)
		print_summary(c, out);
	return err;
}

static json_t *row_json(const struct np_compared *c)
{
	return json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:b}",
			 "workload", np_json_string(c->workload), "arm", np_json_string(c->arm),
			 "metric", c->metric, "unit", c->unit, "old", np_json_number(c->old),
			 "new", np_json_number(c->new), "change", np_json_number(c->change),
			 "low", np_json_number(c->interval.low),
			 "high", np_json_number(c->interval.high), "p", np_json_number(c->p),
			 "verdict", np_verdict_name(c->verdict), "too_few_repetitions", c->few);
}

char *np_compare_to_json(const struct np_compare *c)
{
	json_t *rows = json_array(), *facts = json_array();
	int err = 0;

	for (uint32_t i = 0; i < c->n; i++)
		err |= json_array_append_new(rows, row_json(&c->rows[i]));
	for (uint32_t i = 0; i < c->nr_facts; i++)
		err |= json_array_append_new(facts, np_json_string(c->facts[i]));
	rows = np_json_whole(rows, err);
	return np_json_print(json_pack("{s:s, s:o, s:o}", "schema", NP_COMPARE_SCHEMA,
				       "differs", facts, "rows", rows));
}
