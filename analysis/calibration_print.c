// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/calibration_print.h"

#include <errno.h>

#include "analysis/rows.h"

static const struct np_column columns[] = {
	{ "cost", "cost", "", 0 },
	{ "ticks", "ticks", "", 1 },
	{ "error", "+-", "", 1 },
};

static int add_row(struct np_rows *t, const char *words, struct np_estimate e)
{
	int err = np_rows_add(t);

	if (!err)
		err = np_rows_text(t, "cost", words);
	if (!err)
		err = np_rows_number(t, "ticks", e.value);
	return err ? err : np_rows_number(t, "error", e.error);
}

int np_calibration_print(const struct np_calibration *c, FILE *out)
{
	struct np_rows *t = np_rows_new(columns, sizeof(columns) / sizeof(*columns));
	int err = t ? 0 : -ENOMEM;

	for (int i = 0; !err && i < NP_NR_COSTS; i++)
		if (np_cost_sources[i].key)
			err = add_row(t, np_cost_sources[i].words, c->cost[i]);
	if (!err)
		err = np_rows_print_text(t, out);
	np_rows_free(t);
	return err;
}
