// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stat_tables.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/stat_groups.h"
#include "analysis/stat_metrics.h"

static const struct np_column when_columns[] = {
	{ "interval", "interval", "", 0 },
	{ "start", "start", "s", 3 },
	{ "seconds", "seconds", "", 3 },
};

static const struct np_column whose_columns[] = {
	{ "vm", "VM", "", 0 },
	{ "pid", "PID", "", 0 },
	{ "vcpu", "vCPU", "", 0 },
};

static const struct np_column failures_column = { "failed_entries", "failed entries", "", 0 };

static const struct np_column kind_column = { "kind", "of", "", 0 };

void stat_table_add_columns(struct stat_table *t, const struct np_column *columns, uint32_t n)
{
	for (uint32_t i = 0; i < n && t->nr_columns < STAT_MAX_COLUMNS; i++)
		t->columns[t->nr_columns++] = columns[i];
}

/* In text only as many as tell the rows apart. */
static void add_whose_columns(struct stat_table *t, enum stat_by by, enum stat_form form)
{
	static const uint32_t telling[] = {
		[STAT_BY_REASON] = 0, [STAT_BY_VM] = 2, [STAT_BY_VCPU] = 3
	};

	stat_table_add_columns(t, whose_columns, form == STAT_FORM_DATA ? 3 : telling[by]);
}

int stat_table_new_rows(struct stat_table *t)
{
	t->rows = np_rows_new(t->columns, t->nr_columns);
	return t->rows ? 0 : -ENOMEM;
}

void stat_table_free(struct stat_table *t)
{
	np_rows_free(t->rows);
	memset(t, 0, sizeof(*t));
}

static bool has_column(const struct stat_table *t, const char *key)
{
	for (uint32_t i = 0; i < t->nr_columns; i++)
		if (!strcmp(t->columns[i].key, key))
			return true;
	return false;
}

static int set_text(struct stat_table *t, const char *key, const char *value)
{
	return has_column(t, key) ? np_rows_text(t->rows, key, value) : 0;
}

static int set_count(struct stat_table *t, const char *key, uint64_t value)
{
	return has_column(t, key) ? np_rows_count(t->rows, key, value) : 0;
}

static int set_whose(struct stat_table *t, const struct stat_whose *whose)
{
	int err = 0;

	if (whose->tgid && whose->vm[0])
		err = set_text(t, "vm", whose->vm);
	if (!err && whose->tgid)
		err = set_count(t, "pid", whose->tgid);
	if (!err && whose->vcpu != NP_ANY_VCPU)
		err = set_count(t, "vcpu", whose->vcpu);
	return err;
}

/* A millionth is finer than anything here is measured. */
static double rounded(double value)
{
	return round(value * 1e6) / 1e6;
}

int stat_table_set_when(struct stat_table *t, const struct stat_when *when)
{
	int err;

	if (!when)
		return 0;
	err = np_rows_count(t->rows, "interval", when->interval);
	if (!err)
		err = np_rows_number(t->rows, "start", rounded(when->start));
	return err ? err : np_rows_number(t->rows, "seconds", rounded(when->seconds));
}

void stat_table_add_when(struct stat_table *t, const struct stat_when *when)
{
	if (when)
		stat_table_add_columns(t, when_columns,
				       sizeof(when_columns) / sizeof(when_columns[0]));
}

static int begin_row(struct stat_table *t, const struct stat_whose *whose,
		     const struct stat_when *when)
{
	int err = np_rows_add(t->rows);

	if (!err)
		err = stat_table_set_when(t, when);
	return err ? err : set_whose(t, whose);
}

static int set_metric(struct stat_table *t, const struct stat_metric *m, const struct stat_line *l)
{
	double value = m->value ? m->value(l, m->arg) : NAN;

	if (!m->value)
		return set_text(t, m->column.key, stat_reason_name(l));
	if (!has_column(t, m->column.key) || isnan(value))
		return 0;
	if (m->is_count)
		return np_rows_count(t->rows, m->column.key, value);
	return np_rows_number(t->rows, m->column.key, rounded(value));
}

void stat_table_init_lines(struct stat_table *t, enum stat_by by)
{
	static const struct np_column reason = { "reason", "exit reason", "", 0 };

	memset(t, 0, sizeof(*t));
	add_whose_columns(t, by, STAT_FORM_TEXT);
	stat_table_add_columns(t, &kind_column, 1);
	stat_table_add_columns(t, &reason, 1);
}

int stat_table_begin_line(struct stat_table *t, const struct stat_line *l)
{
	int err = begin_row(t, &l->whose, NULL);

	if (!err)
		err = np_rows_text(t->rows, "kind", stat_kind_name(l->kind));
	return err ? err : np_rows_text(t->rows, "reason", stat_reason_name(l));
}

static bool any_line_has(const struct stat_lines *l, const struct stat_metric *m)
{
	for (uint32_t i = 0; i < l->nr_lines; i++)
		if (m->value(&l->line[i], m->arg) > 0)
			return true;
	return false;
}

static bool any_line_knows(const struct stat_lines *l, const struct stat_metric *m)
{
	for (uint32_t i = 0; i < l->nr_lines; i++)
		if (!isnan(m->value(&l->line[i], m->arg)))
			return true;
	return false;
}

/* Without any lines there is nothing but VMX to go by. */
static bool is_of_their_isa(const struct stat_metric *m, const struct stat_lines *l)
{
	uint32_t isa = stat_metric_isa(m);

	for (uint32_t i = 0; isa && i < l->nr_lines; i++)
		if (l->line[i].isa == isa)
			return true;
	return !isa || (isa == NP_ISA_VMX && !l->nr_lines);
}

static bool is_shown(const struct stat_metric *m, const struct stat_lines *l, enum stat_form form)
{
	if (form == STAT_FORM_DATA)
		return true;
	if (!is_of_their_isa(m, l))
		return false;
	if (m->shown == STAT_ALWAYS)
		return true;
	if (m->shown == STAT_IF_KNOWN)
		return any_line_knows(l, m);
	return m->shown == STAT_NOT_ZERO && any_line_has(l, m);
}

static int add_line(struct stat_table *t, const struct stat_line *l, const struct stat_when *when)
{
	int err = begin_row(t, &l->whose, when);

	if (!err)
		err = np_rows_text(t->rows, "kind", stat_kind_name(l->kind));
	for (uint32_t i = 0; !err && i < stat_nr_metrics; i++)
		err = set_metric(t, &stat_metrics[i], l);
	return err;
}

int stat_table_lines(struct stat_table *t, const struct stat_lines *l, enum stat_by by,
		     enum stat_form form, const struct stat_when *when)
{
	int err;

	memset(t, 0, sizeof(*t));
	stat_table_add_when(t, when);
	add_whose_columns(t, by, form);
	stat_table_add_columns(t, &kind_column, 1);
	for (uint32_t i = 0; i < stat_nr_metrics; i++)
		if (is_shown(&stat_metrics[i], l, form))
			stat_table_add_columns(t, &stat_metrics[i].column, 1);
	if (when)
		stat_table_add_columns(t, &failures_column, 1);
	err = stat_table_new_rows(t);
	for (uint32_t i = 0; !err && i < l->nr_lines; i++)
		err = add_line(t, &l->line[i], when);
	return err;
}

static int add_causes(struct stat_table *t, const struct stat_line *l)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < NP_REASONS; i++) {
		if (!l->row.caused[i])
			continue;
		err = begin_row(t, &l->whose, NULL);
		if (!err)
			err = np_rows_text(t->rows, "kind", stat_kind_name(l->kind));
		if (!err)
			err = np_rows_text(t->rows, "reason", stat_reason_name(l));
		if (!err)
			err = np_rows_text(t->rows, "cause", np_exit_reason_name(l->isa, i));
		if (!err)
			err = np_rows_count(t->rows, "exits", l->row.caused[i]);
	}
	return err;
}

int stat_table_causes(struct stat_table *t, const struct stat_lines *l)
{
	static const struct np_column columns[] = {
		{ "reason", "exit reason", "", 0 },
		{ "cause", "exit of L1", "", 0 },
		{ "exits", "exits", "", 0 },
	};
	int err;

	memset(t, 0, sizeof(*t));
	add_whose_columns(t, STAT_BY_VCPU, STAT_FORM_DATA);
	stat_table_add_columns(t, &kind_column, 1);
	stat_table_add_columns(t, columns, sizeof(columns) / sizeof(columns[0]));
	err = stat_table_new_rows(t);
	for (uint32_t i = 0; !err && i < l->nr_lines; i++)
		err = add_causes(t, &l->line[i]);
	return err;
}

static int add_group(struct stat_table *t, const struct stat_group *g)
{
	int err = begin_row(t, &g->whose, NULL);

	for (uint32_t i = 0; !err && i < stat_nr_group_metrics; i++) {
		const struct stat_group_metric *m = &stat_group_metrics[i];

		if (m->shown != GROUP_DERIVED)
			err = set_count(t, m->column.key, m->value(g, m->arg));
	}
	return err;
}

static bool shows_group_metric(const struct stat_lines *l, const struct stat_group_metric *m,
			       enum stat_form form)
{
	bool shown = m->shown == GROUP_ALWAYS ||
		     (m->shown == GROUP_NOT_ZERO && form == STAT_FORM_DATA);

	for (uint32_t i = 0; m->shown == GROUP_NOT_ZERO && i < l->nr_groups; i++)
		shown |= m->value(&l->group[i], m->arg) > 0;
	return shown;
}

int stat_table_groups(struct stat_table *t, const struct stat_lines *l, enum stat_by by,
		      enum stat_form form)
{
	int err;

	memset(t, 0, sizeof(*t));
	add_whose_columns(t, by, form);
	for (uint32_t i = 0; i < stat_nr_group_metrics; i++)
		if (shows_group_metric(l, &stat_group_metrics[i], form))
			stat_table_add_columns(t, &stat_group_metrics[i].column, 1);
	err = stat_table_new_rows(t);
	for (uint32_t i = 0; !err && i < l->nr_groups; i++)
		err = add_group(t, &l->group[i]);
	return err;
}

static int add_failure(struct stat_table *t, const struct stat_failure *f)
{
	char outcome[80], why[NP_FAILURE_WHY + 16];
	int err = begin_row(t, &f->whose, NULL);

	stat_failure_outcome(f, outcome, sizeof(outcome));
	stat_failure_why(f, why, sizeof(why));
	if (!err)
		err = np_rows_text(t->rows, "outcome", outcome);
	if (!err && why[0])
		err = np_rows_text(t->rows, "why", why);
	return err ? err : np_rows_count(t->rows, "entries", f->n);
}

int stat_table_failures(struct stat_table *t, const struct stat_lines *l, enum stat_by by,
			enum stat_form form)
{
	static const struct np_column columns[] = {
		{ "entries", "entries", "", 0 },
		{ "outcome", "L1 was told", "", 0 },
		{ "why", "why", "", 0 },
	};
	int err;

	memset(t, 0, sizeof(*t));
	add_whose_columns(t, by, form);
	stat_table_add_columns(t, columns, sizeof(columns) / sizeof(columns[0]));
	err = stat_table_new_rows(t);
	for (uint32_t i = 0; !err && i < l->failures.n; i++)
		err = add_failure(t, &l->failures.of[i]);
	return err;
}

static int add_failure_line(struct stat_table *t, const struct stat_failure *f,
			    const struct stat_when *when)
{
	char outcome[80], why[NP_FAILURE_WHY + 16], both[sizeof(outcome) + sizeof(why) + 2];
	int err = begin_row(t, &f->whose, when);

	stat_failure_outcome(f, outcome, sizeof(outcome));
	stat_failure_why(f, why, sizeof(why));
	snprintf(both, sizeof(both), "%s%s%s", outcome, why[0] ? ": " : "", why);
	if (!err)
		err = np_rows_text(t->rows, "kind", "failed entry");
	if (!err)
		err = np_rows_text(t->rows, "reason", both);
	return err ? err : np_rows_count(t->rows, failures_column.key, f->n);
}

int stat_table_add_failures(struct stat_table *t, const struct stat_lines *l,
			    const struct stat_when *when)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < l->failures.n; i++)
		err = add_failure_line(t, &l->failures.of[i], when);
	return err;
}
