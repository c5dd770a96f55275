// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/stat_groups.h"
#include "analysis/stat_metrics.h"

/* Columns whose values are text, or numbers that are names. */
struct name_column {
	struct np_column column;
	unsigned int levels; /* bits */
	void (*text)(const struct top_item *i, char out[TOP_CELL]);
	double (*number)(const struct top_item *i); /* NULL: sorted as text */
};

static const struct stat_whose *whose(const struct top_item *i)
{
	return &i->group->whose;
}

static void vm_text(const struct top_item *i, char out[TOP_CELL])
{
	const struct stat_whose *w = whose(i);
	const char *name = w->vm[0] ? w->vm : "(no name)";

	snprintf(out, TOP_CELL, "%s", w->tgid ? name : i->all ? "(all)" : "-");
}

static void pid_text(const struct top_item *i, char out[TOP_CELL])
{
	if (whose(i)->tgid)
		snprintf(out, TOP_CELL, "%d", (int)whose(i)->tgid);
	else
		strcpy(out, "-");
}

static void vcpu_text(const struct top_item *i, char out[TOP_CELL])
{
	if (i->all)
		strcpy(out, "(all)");
	else
		snprintf(out, TOP_CELL, "%u", whose(i)->vcpu);
}

static void reason_text(const struct top_item *i, char out[TOP_CELL])
{
	snprintf(out, TOP_CELL, "%s", i->all ? "(all of L2's)" : stat_reason_name(i->line));
}

static void kind_text(const struct top_item *i, char out[TOP_CELL])
{
	snprintf(out, TOP_CELL, "%s", i->all ? "L2" : stat_kind_name(i->line->kind));
}

static void cause_text(const struct top_item *i, char out[TOP_CELL])
{
	snprintf(out, TOP_CELL, "%s",
		 i->all ? "(all)" : np_exit_reason_name(i->line->isa, i->cause));
}

static double pid_number(const struct top_item *i)
{
	return -whose(i)->tgid; /* the smallest first */
}

static double vcpu_number(const struct top_item *i)
{
	return -(double)whose(i)->vcpu;
}

#define AT(level) (1u << (level))

static const struct name_column names[] = {
	{ { "vcpu", "vCPU", "", 0 }, AT(TOP_VCPUS), vcpu_text, vcpu_number },
	{ { "vm", "VM", "", 0 }, AT(TOP_VMS) | AT(TOP_VCPUS), vm_text, NULL },
	{ { "pid", "PID", "", 0 }, AT(TOP_VMS) | AT(TOP_VCPUS), pid_text, pid_number },
	{ { "reason", "exit reason", "", 0 }, AT(TOP_REASONS), reason_text, NULL },
	{ { "kind", "of", "", 0 }, AT(TOP_REASONS), kind_text, NULL },
	{ { "cause", "exit of L1", "", 0 }, AT(TOP_COSTS), cause_text, NULL },
};

/* What is said of L1's exits for one L2 exit. */
struct cost_metric {
	struct np_column column;
	double (*value)(const struct top_item *i);
};

static double caused(const struct top_item *i)
{
	return i->all ? stat_line_l0_exits(i->line) - i->line->row.exits :
			i->line->row.caused[i->cause];
}

static double cost_per_exit(const struct top_item *i)
{
	uint64_t exits = i->line->row.exits + i->line->row.synthetic;

	return exits ? caused(i) / exits : NAN;
}

static double cost_rate(const struct top_item *i)
{
	return i->line->seconds > 0 ? caused(i) / i->line->seconds : NAN;
}

static double cost_share(const struct top_item *i)
{
	uint64_t all = stat_line_l0_exits(i->line) - i->line->row.exits;

	return all ? 100 * caused(i) / all : NAN;
}

static const struct cost_metric costs[] = {
	{ { "per_exit", "L1's exits", "per L2 exit", 2 }, cost_per_exit },
	{ { "rate", "exits", "1/s", 0 }, cost_rate },
	{ { "share", "share", "%", 1 }, cost_share },
	{ { "exits", "exits", "", 0 }, caused },
};

/* Whose place goes to others last. Metrics that are not named here are OTHERS. */
static const char *const important[] = {
	"l0_rate", "rate", "l2_rate", "l0_per_l2", "per_exit", "share", "kind", "vm", "l1_mean",
	"per_exit_vmread", "per_exit_vmwrite", "per_exit_vmentry", "l1_p99", "failed_entries",
};
static const char *const unimportant[] = { "pid", "per_exit_rest", "exits", "l2_exits", "l0_exits",
					   "to_l1", "l0_only" };

#define NR(array) (sizeof(array) / sizeof((array)[0]))
enum { FIRST = 0, IMPORTANT = 1, OTHERS = 100, UNIMPORTANT = 200 };

static int priority_of(const char *key)
{
	for (size_t i = 0; i < NR(important); i++)
		if (!strcmp(key, important[i]))
			return IMPORTANT + i;
	for (size_t i = 0; i < NR(unimportant); i++)
		if (!strcmp(key, unimportant[i]))
			return UNIMPORTANT + i;
	return OTHERS;
}

struct choice {
	const char *always;
	uint32_t n;
	struct top_column *columns;
};

static bool is_sort(const struct choice *to, const char *key)
{
	return to->always && !strcmp(key, to->always);
}

static void add(struct choice *to, struct top_column c)
{
	if (to->n == TOP_MAX_COLUMNS)
		return;
	c.priority = FIRST;
	if (to->n && !is_sort(to, c.column->key))
		c.priority = priority_of(c.column->key);
	to->columns[to->n++] = c;
}

static bool any_has(const struct stat_metric *m, const struct top_item *items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (m->value(items[i].line, m->arg) > 0)
			return true;
	return false;
}

/* Metrics that stat has in tables of their own, or for machines alone, and top as columns. */
static bool is_wanted(const struct stat_metric *m)
{
	static const char *const keys[] = { "l1_mean", "l1_p50", "l1_p99", "l0_mean" };

	if (m->shown == STAT_NOT_ZERO)
		return true;
	for (size_t i = 0; i < NR(keys); i++)
		if (!strcmp(m->column.key, keys[i]))
			return true;
	return false;
}

static bool is_of_their_isa(const struct stat_metric *m, const struct top_item *items, uint32_t n)
{
	uint32_t isa = stat_metric_isa(m);

	for (uint32_t i = 0; isa && i < n; i++)
		if (items[i].line->isa == isa)
			return true;
	return !isa || (isa == NP_ISA_VMX && !n);
}

static void add_line_metrics(struct choice *to, const struct top_item *items, uint32_t n)
{
	for (uint32_t i = 0; i < stat_nr_metrics; i++) {
		const struct stat_metric *m = &stat_metrics[i];

		if (m->value && is_of_their_isa(m, items, n) &&
		    (is_sort(to, m->column.key) || m->shown == STAT_ALWAYS ||
		     (is_wanted(m) && any_has(m, items, n))))
			add(to, (struct top_column){ .column = &m->column, .line = m });
	}
}

static bool any_group_has(const struct stat_group_metric *m, const struct top_item *items,
			  uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (m->value(items[i].group, m->arg) > 0)
			return true;
	return false;
}

static void add_group_metrics(struct choice *to, const struct top_item *items, uint32_t n)
{
	for (uint32_t i = 0; i < stat_nr_group_metrics; i++) {
		const struct stat_group_metric *m = &stat_group_metrics[i];

		if (m->shown != GROUP_NOT_ZERO || is_sort(to, m->column.key) ||
		    any_group_has(m, items, n))
			add(to, (struct top_column){ .column = &m->column, .group = m });
	}
}

static void add_cost_metrics(struct choice *to)
{
	for (size_t i = 0; i < NR(costs); i++)
		add(to, (struct top_column){ .column = &costs[i].column, .cost = &costs[i] });
}

uint32_t top_columns(enum top_level level, const struct top_item *items, uint32_t n,
		     const char *always, struct top_column columns[TOP_MAX_COLUMNS])
{
	struct choice to = { .always = always, .columns = columns };

	for (size_t i = 0; i < NR(names); i++)
		if (names[i].levels & AT(level))
			add(&to, (struct top_column){ .column = &names[i].column,
						      .is_text = true,
						      .name = &names[i] });
	if (level == TOP_REASONS)
		add_line_metrics(&to, items, n);
	else if (level == TOP_COSTS)
		add_cost_metrics(&to);
	else
		add_group_metrics(&to, items, n);
	return to.n;
}

const char *top_first_sort(enum top_level level)
{
	static const char *const keys[] = {
		[TOP_VMS] = "l0_rate", [TOP_VCPUS] = "l0_rate",
		[TOP_REASONS] = "share", [TOP_COSTS] = "rate",
	};

	return keys[level];
}

double top_value(const struct top_column *c, const struct top_item *i)
{
	if (c->name)
		return c->name->number ? c->name->number(i) : NAN;
	if (c->line)
		return c->line->value(i->line, c->line->arg);
	return c->group ? c->group->value(i->group, c->group->arg) : c->cost->value(i);
}

void top_cell(const struct top_column *c, const struct top_item *i, char text[TOP_CELL])
{
	char number[NP_GROUPED];
	double value;

	if (c->name) {
		c->name->text(i, text);
		return;
	}
	value = top_value(c, i);
	if (isnan(value))
		strcpy(text, "-");
	else
		snprintf(text, TOP_CELL, "%s", np_grouped(number, value, c->column->decimals));
}
