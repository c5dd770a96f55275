// SPDX-License-Identifier: GPL-2.0-only
/* The table of the Turtles report that starts from the machine itself, the paper's "host". */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "analysis/turtles_rows.h"

const char np_turtles_native_title[] =
	"The machine itself, without a guest, and how many times as slow a guest is, and a nested "
	"one, off and on; P: in The Turtles Project";

static const struct np_column columns[] = {
	{ "workload", "workload", "", 0 },
	{ "native", "native", "ticks", 1 },
	{ "guest", "guest", "x", 2 },
	{ "nested_off", "off", "x", 2 },
	{ "nested_on", "on", "x", 2 },
	{ "paper_guest", "P: guest", "x", 2 },
	{ "paper_nested_off", "P: off", "x", 2 },
	{ "paper_nested_on", "P: on", "x", 2 },
};

#define NR(table) (sizeof(table) / sizeof(*(table)))

static const struct np_turtles_host {
	const char *workload;
	double host, guest, off, on;
} hosts[] = {
#define HOST(workload, host, guest, off, on) { #workload, host, guest, off, on },
#include "analysis/turtles.def"
};

static int add(struct np_rows *t, const struct np_result *r, const struct np_comparison *c)
{
	const struct np_workload_result *w = np_turtles_workload(r, NP_ARM_NATIVE, c);
	struct np_turtles_host p = { NULL, NAN, NAN, NAN, NAN };
	double native = w ? np_samples_mean(&w->untraced) : NAN;
	int err;

	if (isnan(native))
		return 0;
	for (size_t i = 0; i < NR(hosts); i++)
		if (!strcmp(hosts[i].workload, c->workload))
			p = hosts[i];
	const struct np_turtles_number numbers[] = {
		{ "native", native },
		{ "guest", c->single / native },
		{ "nested_off", c->off / native },
		{ "nested_on", c->on / native },
		{ "paper_guest", p.guest / p.host },
		{ "paper_nested_off", p.off / p.host },
		{ "paper_nested_on", p.on / p.host },
	};
	err = np_turtles_begin(t, c);
	return err ? err : np_turtles_numbers(t, numbers, NR(numbers));
}

struct np_rows *np_turtles_native(const struct np_result *r)
{
	struct np_rows *t = np_rows_new(columns, NR(columns));
	struct np_comparison all[NP_MAX_COMPARISONS];
	uint32_t n = np_result_compare(r, all);
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < n; i++)
		err = add(t, r, &all[i]);
	return np_turtles_finished(t, err);
}
