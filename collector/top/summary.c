// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/summary.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/stat_groups.h"
#include "analysis/stat_metrics.h"
#include "collector/top/text.h"

#define MAX_NAME 16    /* columns of a VM's name in the path */
#define WITH_ORDER 60  /* columns that the screen has where the order is said */

struct figures {
	double l0, l2, per_l2;
	uint64_t lost;
	const struct stat_tracing *tracing;
};

static double figure(const struct stat_group *g, const char *key)
{
	const struct stat_group_metric *m = stat_group_metric_find(key);

	return m->value(g, m->arg);
}

/* "-" for what is not known. */
static const char *number(char out[NP_GROUPED], double value, int decimals)
{
	return isnan(value) ? strcpy(out, "-") : np_grouped(out, value, decimals);
}

static void tracing_text(const struct stat_tracing *t, bool in_full, char out[NP_GROUPED])
{
	if (!t->measured)
		snprintf(out, NP_GROUPED, "%s", in_full ? "not measured" : "-");
	else if (in_full)
		snprintf(out, NP_GROUPED, "%.2f %% of a CPU, %.0f ns per run", t->cpu_percent,
			 t->ns_per_run);
	else
		snprintf(out, NP_GROUPED, "%.2f%% CPU", t->cpu_percent);
}

static void in_words(const struct figures *f, bool in_full, char out[TOP_LINE])
{
	const char *gap = in_full ? "   " : "  ";
	char a[NP_GROUPED], b[NP_GROUPED], c[NP_GROUPED], d[NP_GROUPED], e[NP_GROUPED];

	tracing_text(f->tracing, in_full, e);
	snprintf(out, TOP_LINE, "L0 exits/s %s%sL2 exits/s %s%s%s %s%s%s %s%stracing %s",
		 number(a, f->l0, 0), gap, number(b, f->l2, 0), gap,
		 in_full ? "L0 exits per L2 exit" : "L0 per L2", number(c, f->per_l2, 2), gap,
		 in_full ? "lost events" : "lost", number(d, f->lost, 0), gap, e);
}

static const char *brief(char out[16], double value)
{
	return isnan(value) ? strcpy(out, "-") : top_text_short(out, 16, value);
}

static void in_brief(const struct figures *f, char out[TOP_LINE])
{
	char a[16], b[16], c[NP_GROUPED], d[16];

	snprintf(out, TOP_LINE, "L0/s %s L2/s %s L0/L2 %s lost %s", brief(a, f->l0),
		 brief(b, f->l2), number(c, f->per_l2, 1), brief(d, f->lost));
}

void top_summary(struct top_state *s, uint32_t width, char out[TOP_LINE])
{
	const struct stat_group *all = top_data_all(&s->data);
	struct figures f = { figure(all, "l0_rate"), figure(all, "l2_rate"),
			     figure(all, "l0_per_l2"), s->now.lost, &s->now.tracing };

	in_words(&f, true, out);
	if (top_text_width(out) > width)
		in_words(&f, false, out);
	if (top_text_width(out) > width)
		in_brief(&f, out);
}

__attribute__((format(printf, 2, 3))) static void append(char out[TOP_LINE], const char *fmt, ...)
{
	size_t n = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + n, TOP_LINE - n, fmt, ap);
	va_end(ap);
}

/* A long name is cut, for what follows it matters too. */
static void where_vm(const struct stat_whose *w, char out[TOP_LINE])
{
	uint32_t width = top_text_width(w->vm);
	char name[2 * NP_VM_NAME];

	if (!w->tgid) {
		append(out, "all VMs");
		return;
	}
	top_text_fit(name, sizeof(name), w->vm, width < MAX_NAME ? width : MAX_NAME, false);
	append(out, "VM %s (PID %d)", name[0] ? name : "without a name", (int)w->tgid);
}

void top_where(const struct top_state *s, char out[TOP_LINE])
{
	const struct top_view *v = &s->view;
	const struct stat_whose *w = &v->whose;

	out[0] = '\0';
	where_vm(w, out);
	if (v->level >= TOP_REASONS && w->vcpu != NP_ANY_VCPU)
		append(out, " > vCPU %u", w->vcpu);
	else if (v->level >= TOP_REASONS)
		append(out, " > all vCPUs");
	if (v->level == TOP_VCPUS)
		append(out, " > vCPUs");
	if (v->level == TOP_REASONS)
		append(out, " > exits by reason");
	if (v->level == TOP_COSTS && v->all_reasons)
		append(out, " > all exits of L2");
	else if (v->level == TOP_COSTS)
		append(out, " > %s", np_exit_reason_name(v->total.isa, v->reason));
}

static const struct np_column *sorted_by(const struct top_view *v)
{
	for (uint32_t i = 0; i < v->nr_columns; i++)
		if (!strcmp(v->columns[i].column->key, v->looks[v->level].sort))
			return v->columns[i].column;
	return NULL;
}

void top_how(const struct top_state *s, uint32_t width, char out[TOP_LINE])
{
	const struct top_looks *l = &s->view.looks[s->view.level];
	const struct np_column *order = sorted_by(&s->view);
	const char *filter = l->filter;

	out[0] = '\0';
	if (order && width >= WITH_ORDER)
		append(out, "by %s%s%s%s  ", order->title, order->unit[0] ? ", " : "", order->unit,
		       l->reverse ? " reversed" : "");
	if (filter[0] && s->mode != TOP_TYPING)
		append(out, "only '%s'  ", filter);
	append(out, s->paused ? "PAUSED" : "every %g s", s->interval);
}

static bool detail_of(const struct stat_metric *m, const struct stat_line *l, char out[TOP_LINE])
{
	double value = m->value ? m->value(l, m->arg) : NAN;
	char text[NP_GROUPED];

	if (isnan(value) || (!value && m->shown != STAT_ALWAYS))
		return false;
	snprintf(out, TOP_LINE, "%s%s%s %s", m->column.title, m->column.unit[0] ? ", " : "",
		 m->column.unit, np_grouped(text, value, m->column.decimals));
	return true;
}

uint32_t top_detail(const struct top_state *s, uint32_t first, uint32_t width, char out[TOP_LINE])
{
	const struct stat_line *l = s->view.line;
	char text[TOP_LINE];

	out[0] = '\0';
	for (uint32_t i = first; l && i < stat_nr_metrics; i++) {
		if (!detail_of(&stat_metrics[i], l, text))
			continue;
		if (out[0] && top_text_width(out) + 3 + top_text_width(text) > width)
			return i;
		append(out, "%s%s", out[0] ? "   " : "", text);
	}
	return 0;
}

void top_hints(uint32_t width, char out[TOP_LINE])
{
	uint32_t first = top_nr_keys, used = 0;

	/* As many of the last as fit: help and the end are what must be known. */
	while (first) {
		const char *hint = top_keys[first - 1].hint;

		used += hint ? strlen(hint) + 2 : 0;
		if (used > width + 2)
			break;
		first--;
	}
	out[0] = '\0';
	for (uint32_t i = first; i < top_nr_keys; i++)
		if (top_keys[i].hint)
			append(out, "%s%s", out[0] ? "  " : "", top_keys[i].hint);
}
