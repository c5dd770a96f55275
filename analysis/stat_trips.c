// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stat_trips.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "analysis/stat_metrics.h"
#include "analysis/stat_tables.h"

double stat_trip_value(const struct stat_line *l, enum np_trip kind, enum stat_trip_value what)
{
	const struct np_trips *sum = &l->row.trip[kind];
	const struct stat_trips *t = &l->trips[kind];
	const uint64_t values[NR_TRIP_VALUES] = {
		[TRIP_P50] = t->p50, [TRIP_P90] = t->p90, [TRIP_P99] = t->p99,
		[TRIP_P999] = t->p999, [TRIP_MAX] = t->max,
	};

	if (!sum->n)
		return NAN;
	if (what == TRIP_COUNT)
		return sum->n;
	if (what == TRIP_SUM)
		return sum->ns;
	if (what == TRIP_MEAN)
		return (double)sum->ns / sum->n;
	return t->max ? values[what] : NAN;
}

double stat_trip_phase(const struct stat_line *l, enum np_phase phase)
{
	const struct np_phase_sum *p = &l->row.phases;

	return p->n ? (double)p->phase[phase] / p->n : NAN;
}

/* The columns of text are those of the metrics, under shorter titles. */
static const struct np_column trip_columns[NR_TRIP_VALUES] = {
	[TRIP_COUNT] = { "trips", "round trips", "", 0 },
	[TRIP_SUM] = { "ns", "in all", "ns", 0 },
	[TRIP_MEAN] = { "mean", "mean", "ns", 0 },
	[TRIP_P50] = { "p50", "p50", "ns", 0 },
	[TRIP_P90] = { "p90", "p90", "ns", 0 },
	[TRIP_P99] = { "p99", "p99", "ns", 0 },
	[TRIP_P999] = { "p99_9", "p99.9", "ns", 0 },
	[TRIP_MAX] = { "max", "max", "ns", 0 },
};

static const struct np_column handler_column = { "handler", "handled by", "", 0 };

static int add_trip(struct stat_table *t, const struct stat_line *l, enum np_trip kind)
{
	int err = stat_table_begin_line(t, l);

	if (!err)
		err = np_rows_text(t->rows, "handler", kind == NP_TRIP_L1 ? "L1" : "L0");
	for (int i = 0; !err && i < NR_TRIP_VALUES; i++)
		err = np_rows_number(t->rows, trip_columns[i].key, stat_trip_value(l, kind, i));
	return err;
}

int stat_table_trips(struct stat_table *t, const struct stat_lines *l, enum stat_by by)
{
	int err;

	stat_table_init_lines(t, by);
	stat_table_add_columns(t, &handler_column, 1);
	stat_table_add_columns(t, trip_columns, NR_TRIP_VALUES);
	err = stat_table_new_rows(t);
	for (uint32_t i = 0; !err && i < l->nr_lines; i++)
		for (int kind = NP_TRIPS - 1; !err && kind >= 0; kind--)
			if (l->line[i].row.trip[kind].n)
				err = add_trip(t, &l->line[i], kind);
	return err;
}

const struct np_column stat_phase_columns[NP_PHASES] = {
	[NP_PHASE_L2_EXIT] = { "l2_exit", "L0: L2's exit", "ns", 0 },
	[NP_PHASE_L1] = { "l1", "L1", "ns", 0 },
	[NP_PHASE_VMCS] = { "vmcs", "L0: VMREAD, VMWRITE", "ns", 0 },
	[NP_PHASE_ENTRY] = { "entry", "L0: VM entry", "ns", 0 },
	[NP_PHASE_OTHER] = { "other", "L0: others", "ns", 0 },
	[NP_PHASE_ENTER_L2] = { "enter_l2", "L0: into L2", "ns", 0 },
};

const char *stat_phase_title(enum np_phase phase, uint32_t isa)
{
	return phase == NP_PHASE_VMCS && isa == NP_ISA_SVM ? "L0: VMLOAD, VMSAVE, STGI, CLGI"
							   : stat_phase_columns[phase].title;
}

static const struct np_column phases_head[] = {
	{ "trips", "measured", "", 0 },
	{ "mean", "mean", "ns", 0 },
};

static int add_phases(struct stat_table *t, const struct stat_line *l)
{
	const struct np_phase_sum *p = &l->row.phases;
	int err = stat_table_begin_line(t, l);

	if (!err)
		err = np_rows_count(t->rows, "trips", p->n);
	if (!err)
		err = np_rows_number(t->rows, "mean", (double)p->ns / p->n);
	for (int i = 0; !err && i < NP_PHASES; i++)
		err = np_rows_number(t->rows, stat_phase_columns[i].key, stat_trip_phase(l, i));
	return err;
}

static void name_for_svm(struct stat_table *t, const struct stat_lines *l)
{
	bool svm = false;

	for (uint32_t i = 0; i < l->nr_lines; i++)
		svm |= l->line[i].isa == NP_ISA_SVM;
	for (uint32_t i = 0; svm && i < t->nr_columns; i++)
		if (!strcmp(t->columns[i].key, stat_phase_columns[NP_PHASE_VMCS].key))
			t->columns[i].title = stat_phase_title(NP_PHASE_VMCS, NP_ISA_SVM);
}

int stat_table_phases(struct stat_table *t, const struct stat_lines *l, enum stat_by by)
{
	int err;

	stat_table_init_lines(t, by);
	stat_table_add_columns(t, phases_head, 2);
	stat_table_add_columns(t, stat_phase_columns, NP_PHASES);
	name_for_svm(t, l);
	err = stat_table_new_rows(t);
	for (uint32_t i = 0; !err && i < l->nr_lines; i++)
		if (l->line[i].row.phases.n)
			err = add_phases(t, &l->line[i]);
	return err;
}
