// SPDX-License-Identifier: GPL-2.0-only
/* The modelled tables of the Turtles report: of measured counts, and published costs. */
#include <errno.h>
#include <math.h>

#include "analysis/turtles_rows.h"

const char np_turtles_trips_title[] =
	"MODELLED, not measured: cycles of an iteration, and those that hardware takes for "
	"exits and entries in it";
const char np_turtles_modelled_title[] =
	"MODELLED, not measured: overhead over a guest, and what shadow VMCS removes of it, at "
	"the least and the most that an exit costs";

#define NR(table) (sizeof(table) / sizeof(*(table)))

static const struct np_column trip_columns[] = {
	{ "workload", "workload", "", 0 },
	{ "arm", "arm", "", 0 },
	{ "modelled_l2", "modelled: L2's", "cycles", 0 },
	{ "modelled_vmcs", "VMREAD, VMWRITE", "cycles", 0 },
	{ "modelled_other", "other exits", "cycles", 0 },
	{ "modelled_total", "whole iteration", "cycles", 0 },
};

static const char *const arms[] = { NP_ARM_SINGLE, NP_ARM_OFF, NP_ARM_ON };

static double middle(const struct np_uarch *u)
{
	return (u->least + u->most) / 2;
}

static double ticks_of(const struct np_comparison *c, int arm)
{
	return arm == 0 ? c->single : arm == 1 ? c->off : c->on;
}

static int add_trip(struct np_rows *t, const struct np_result *r, const struct np_comparison *c,
		    int arm, double cycles)
{
	struct np_transitions n;
	int err;

	np_turtles_transitions(np_turtles_workload(r, arms[arm], c), &n);
	if (isnan(n.l2))
		return 0;
	const struct np_turtles_number numbers[] = {
		{ "modelled_l2", n.l2 * cycles },
		{ "modelled_vmcs", n.vmcs * cycles },
		{ "modelled_other", n.other * cycles },
		{ "modelled_total", np_turtles_model(ticks_of(c, arm), &n, cycles) },
	};
	err = np_turtles_begin(t, c);
	if (!err)
		err = np_rows_text(t, "arm", arms[arm]);
	return err ? err : np_turtles_numbers(t, numbers, NR(numbers));
}

struct np_rows *np_turtles_modelled_trips(const struct np_result *r, const struct np_uarch *u)
{
	struct np_rows *t = np_rows_new(trip_columns, NR(trip_columns));
	struct np_comparison all[NP_MAX_COMPARISONS];
	uint32_t n = np_result_compare(r, all);
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < n; i++)
		for (int arm = 0; !err && arm < (int)NR(arms); arm++)
			err = add_trip(t, r, &all[i], arm, middle(u));
	return np_turtles_finished(t, err);
}

static const struct np_column modelled_columns[] = {
	{ "workload", "workload", "", 0 },
	{ "modelled_overhead_off", "modelled: off", "%", 1 },
	{ "modelled_overhead_on", "on", "%", 1 },
	{ "modelled_reduction_least", "removed, least", "%", 1 },
	{ "modelled_reduction_most", "removed, most", "%", 1 },
};

struct modelled {
	double off, on; /* overheads */
};

static struct modelled model(const struct np_result *r, const struct np_comparison *c,
			     double cycles)
{
	double total[NR(arms)];

	for (int arm = 0; arm < (int)NR(arms); arm++) {
		struct np_transitions n;

		np_turtles_transitions(np_turtles_workload(r, arms[arm], c), &n);
		total[arm] = np_turtles_model(ticks_of(c, arm), &n, cycles);
	}
	return (struct modelled){ total[1] / total[0] - 1, total[2] / total[0] - 1 };
}

static int add_modelled(struct np_rows *t, const struct np_result *r,
			const struct np_comparison *c, const struct np_uarch *u)
{
	struct modelled m = model(r, c, middle(u)), least = model(r, c, u->least);
	struct modelled most = model(r, c, u->most);
	const struct np_turtles_number numbers[] = {
		{ "modelled_overhead_off", 100 * m.off },
		{ "modelled_overhead_on", 100 * m.on },
		{ "modelled_reduction_least", 100 * np_turtles_reduction(least.off, least.on) },
		{ "modelled_reduction_most", 100 * np_turtles_reduction(most.off, most.on) },
	};
	int err;

	if (isnan(m.off) && isnan(m.on))
		return 0;
	err = np_turtles_begin(t, c);
	return err ? err : np_turtles_numbers(t, numbers, NR(numbers));
}

struct np_rows *np_turtles_modelled(const struct np_result *r, const struct np_uarch *u)
{
	struct np_rows *t = np_rows_new(modelled_columns, NR(modelled_columns));
	struct np_comparison all[NP_MAX_COMPARISONS];
	uint32_t n = np_result_compare(r, all);
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < n; i++)
		err = add_modelled(t, r, &all[i], u);
	return np_turtles_finished(t, err);
}
