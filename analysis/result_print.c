// SPDX-License-Identifier: GPL-2.0-only
/* The terminal's page: what came out, the tables, and what to know about them. */
#include "analysis/result_print.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/result_against.h"
#include "analysis/result_fields.h"
#include "analysis/result_spread.h"
#include "analysis/result_tables.h"
#include "analysis/result_variant.h"
#include "analysis/rows.h"

#define WIDTH 100
#define MAX_DISAGREEING 8 /* printed per workload; result.json has them all */

struct page {
	FILE *out;
	const char *bold, *reset;
};

/* Prints words to no more than WIDTH columns; lines after the first are indented. */
static void wrap(FILE *out, int indent, const char *text)
{
	int column = indent;

	while (*text) {
		int word = strcspn(text, " "), space = column != indent;

		if (space && column + space + word > WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
			space = 0;
		}
		column += fprintf(out, "%s", space ? " " : "");
		for (int i = 0; i < word; i++, column++)
			fputc(iscntrl((unsigned char)text[i]) ? '?' : text[i], out);
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void say(FILE *out, int indent, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void say(FILE *out, int indent, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	wrap(out, indent, text);
}

/* "24,110"; one decimal where it says something. */
static char *ticks(char out[NP_GROUPED], double value)
{
	return np_grouped(out, value, value < 100 ? 1 : 0);
}

static char *percent(char out[NP_GROUPED], double value)
{
	return np_grouped(out, value, value < 10 ? 1 : 0);
}

static const struct np_samples *samples_of(const struct np_result *r, const char *arm,
					   const struct np_comparison *c)
{
	const struct np_arm_result *a = np_result_arm_of(r, arm, c->variant);
	const struct np_workload_result *w = a ? np_arm_workload(a, c->workload) : NULL;

	return w ? &w->untraced : NULL;
}

static bool told_apart(const struct np_result *r, const struct np_comparison *c)
{
	const struct np_samples *off = samples_of(r, NP_ARM_OFF, c);
	const struct np_samples *on = samples_of(r, NP_ARM_ON, c);

	return off && on && np_samples_apart(off, on, r->emulated);
}

static void say_undecided(const struct page *p, const struct np_comparison *c, bool emulated)
{
	char off[NP_GROUPED], on[NP_GROUPED], name[NP_COMPARED];

	say(p->out, 2, "no difference %s for %s%s (%s and %s ticks on average)",
	    emulated ? "shown" : "proven", np_comparison_name(c, name),
	    emulated ? ": the repetitions of both arms overlap" : " at 95 %",
	    ticks(off, c->off), ticks(on, c->on));
}

static void say_missing(const struct page *p, const struct np_comparison *c)
{
	const char *missing = c->has_off ? NP_ARM_ON " was"
			    : c->has_on ? NP_ARM_OFF " was"
					: NP_ARM_OFF " and " NP_ARM_ON " were";
	char name[NP_COMPARED];

	say(p->out, 2, "no comparison for %s: %s not measured", np_comparison_name(c, name),
	    missing);
}

static void say_verdict(const struct page *p, const struct np_result *r,
			const struct np_comparison *c)
{
	bool turtles = isfinite(c->overhead_reduction_percent);
	double change = turtles ? c->overhead_reduction_percent : c->time_saved_percent;
	char pc[NP_GROUPED], off[NP_GROUPED], on[NP_GROUPED], single[NP_GROUPED];
	char name[NP_COMPARED], spread[64];

	np_spread_of_reduction(r, c, spread, sizeof(spread));
	say(p->out, 2, "shadow VMCS %s %s %% %s %s of %s%s (%s -> %s ticks; single %s)",
	    change < 0 ? "adds" : "removes", percent(pc, fabs(change)), change < 0 ? "to" : "of",
	    turtles ? "the nesting overhead" : "the round trip", np_comparison_name(c, name),
	    spread, ticks(off, c->off), ticks(on, c->on),
	    c->has_single ? ticks(single, c->single) : "not measured");
}

static void print_verdicts(const struct page *p, const struct np_result *r)
{
	struct np_comparison all[NP_MAX_COMPARISONS];
	uint32_t n = np_result_compare(r, all);

	for (uint32_t i = 0; i < n; i++) {
		fputs(p->bold, p->out);
		if (!all[i].has_off || !all[i].has_on)
			say_missing(p, &all[i]);
		else if (!told_apart(r, &all[i]))
			say_undecided(p, &all[i], r->emulated);
		else
			say_verdict(p, r, &all[i]);
		fputs(p->reset, p->out);
	}
	if (!n && r->nr_arms < 2)
		say(p->out, 0, "nothing to compare: neither single level nor shadow VMCS off or on "
			       "was measured");
}

static int print_table(const struct page *p, const char *title, struct np_rows *rows)
{
	int err;

	if (!rows)
		return -ENOMEM;
	fprintf(p->out, "\n%s%s%s\n", p->bold, title, p->reset);
	err = np_rows_print_text(rows, p->out);
	np_rows_free(rows);
	return err;
}

static int print_against(const struct page *p, const struct np_result *r)
{
	struct np_rows *rows = np_against_rows(r);

	if (rows && np_rows_nr(rows))
		return print_table(p, "Arms against one another (untraced; no change: not shown)",
				   rows);
	np_rows_free(rows);
	return rows ? 0 : -ENOMEM;
}

static int print_tables(const struct page *p, const struct np_result *r)
{
	struct np_caused_table *caused;
	int err;

	if (!r->nr_arms)
		return 0;
	err = print_table(p, "Round trips (untraced) and exits of L2 (traced)",
			  np_round_trip_rows(r));
	if (!err)
		err = print_against(p, r);
	if (err)
		return err;
	caused = np_caused_table_new(r, WIDTH);
	if (!caused)
		return -ENOMEM;
	if (caused->nr_rows)
		err = print_table(p, "L0 exits that L1 caused per exit of L2, by reason",
				  np_caused_rows(r, caused));
	free(caused);
	return err;
}

static void fact(const struct page *p, const char *key, const char *value)
{
	fprintf(p->out, "%-16.31s  ", key);
	wrap(p->out, 18, value);
}

static void print_environment(const struct page *p, const struct np_result *r)
{
	fprintf(p->out, "\n%sMeasured on%s\n", p->bold, p->reset);
	fact(p, "emulated", r->emulated ? "yes" : "no");
	for (uint32_t i = 0; i < r->nr_env; i++)
		fact(p, r->env[i].key, r->env[i].value);
	if (r->time_unit[0])
		fact(p, "ticks", r->time_unit);
}

/* Notes are few; the title comes with the first of them. */
static void note(const struct page *p, bool *any, const char *arm, const char *workload,
		 const char *text)
{
	if (!*any)
		fprintf(p->out, "\n%sTo be aware of%s\n", p->bold, p->reset);
	*any = true;
	say(p->out, 2, "%s, %s: %s", arm, workload, text);
}

static void note_counts(const struct page *p, bool *any, const char *arm,
			const struct np_workload_result *w)
{
	const struct {
		uint64_t count;
		const char *what;
	} wrong[] = {
		{ w->lost, "events lost (vCPUs beyond what the collector has room for)" },
		{ w->account.desyncs, "events that did not fit the state the vCPU was in" },
		{ w->account.failed_entries, "entries to L2 failed" },
	};
	char text[160];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		if (!wrong[i].count)
			continue;
		snprintf(text, sizeof(text), "%llu %s", (unsigned long long)wrong[i].count,
			 wrong[i].what);
		note(p, any, arm, w->name, text);
	}
}

static void note_witnesses(const struct page *p, bool *any, const char *arm,
			   const struct np_workload_result *w)
{
	uint32_t differ = 0;
	char text[256];

	for (uint32_t i = 0; i < w->nr_witnesses; i++) {
		const struct np_witness *x = &w->witnesses[i];

		if (x->theirs == x->ours || differ++ >= MAX_DISAGREEING)
			continue;
		snprintf(text, sizeof(text), "%s counted %llu of %s, nestprof %llu", x->source,
			 (unsigned long long)x->theirs, x->what, (unsigned long long)x->ours);
		note(p, any, arm, w->name, text);
	}
	if (differ > MAX_DISAGREEING) {
		snprintf(text, sizeof(text), "... and %u more counts that disagree",
			 differ - MAX_DISAGREEING);
		note(p, any, arm, w->name, text);
	}
}

static uint32_t print_notes(const struct page *p, const struct np_result *r)
{
	uint32_t witnesses = 0;
	bool any = false;

	for (uint32_t i = 0; i < r->nr_arms; i++) {
		const struct np_arm_result *a = r->arms[i];

		for (uint32_t k = 0; k < a->nr_workloads; k++) {
			const struct np_workload_result *w = a->workloads[k];
			char text[400];

			snprintf(text, sizeof(text), "failed: %s", w->error);
			if (w->error[0])
				note(p, &any, a->name, w->name, text);
			if (!r->emulated && np_spread_too_few(w, text, sizeof(text)))
				note(p, &any, a->name, w->name, text);
			if (!r->emulated && np_spread_outliers(w, text, sizeof(text)))
				note(p, &any, a->name, w->name, text);
			note_counts(p, &any, a->name, w);
			note_witnesses(p, &any, a->name, w);
			witnesses += w->nr_witnesses;
		}
	}
	return witnesses;
}

static void print_agreement(const struct page *p, const struct np_result *r, uint32_t witnesses)
{
	uint32_t equal = 0;

	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++) {
			const struct np_workload_result *w = r->arms[i]->workloads[k];

			for (uint32_t n = 0; n < w->nr_witnesses; n++)
				equal += w->witnesses[n].theirs == w->witnesses[n].ours;
		}
	if (witnesses)
		fprintf(p->out, "\n%u of %u counts are equal to the kernel's own "
				"(ftrace, debugfs).\n", equal, witnesses);
}

void np_result_print_verdicts(const struct np_result *r, FILE *out)
{
	print_verdicts(&(struct page){ out, "", "" }, r);
}

void np_result_print_notes(const struct np_result *r, FILE *out)
{
	struct page p = { out, "", "" };

	print_agreement(&p, r, print_notes(&p, r));
}

int np_result_print(const struct np_result *r, FILE *out, const char *bold, const char *reset)
{
	struct page p = { out, bold, reset };
	int err;

	print_verdicts(&p, r);
	err = print_tables(&p, r);
	if (!err)
		err = np_result_print_fields(r, out);
	if (err)
		return err;
	print_environment(&p, r);
	print_agreement(&p, r, print_notes(&p, r));
	return ferror(out) ? -EIO : 0;
}
