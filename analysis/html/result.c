// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/arm_pair.h"
#include "analysis/fields_table.h"
#include "analysis/html/page.h"
#include "analysis/html/reports.h"
#include "analysis/result_fields.h"
#include "analysis/result_print.h"
#include "analysis/result_tables.h"

#define MANY_COLUMNS 130 /* as it scrolls, it may be wider than a terminal */

typedef void (*print_part)(const struct np_result *r, FILE *out);

/* What the terminal's page says, without its line breaks: a line that is indented goes on. */
static int lines(FILE *out, const struct np_result *r, print_part print, const char *before,
		 const char *after)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return -ENOMEM;
	print(r, f);
	if (fclose(f)) {
		free(text);
		return -ENOMEM;
	}
	for (char *p = strstr(text, "\n  "); p; p = strstr(p, "\n  "))
		memmove(p, p + 2, strlen(p + 2) + 1);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		fputs(before, out);
		html_text(out, line);
		fputs(after, out);
	}
	free(text);
	return 0;
}

static int verdict(FILE *out, const struct np_result *r)
{
	int err;

	fputs("<ul class=\"verdict\">\n", out);
	err = lines(out, r, np_result_print_verdicts, "<li>", "</li>\n");
	fputs("</ul>\n", out);
	return err;
}

static void charts(FILE *out, const struct html_result *h)
{
	bool any = false;

	fputs("<h2>Charts</h2>\n", out);
	for (uint32_t i = 0; i < h->nr_charts; i++)
		any |= h->charts[i].svg &&
		       !html_svg(out, h->charts[i].svg, h->charts[i].id, h->charts[i].title);
	if (!any)
		fputs("<p>None were drawn: nothing was measured, or there is no gnuplot.</p>\n",
		      out);
}

int html_titled(FILE *out, const char *title, struct np_rows *t)
{
	int err = t ? 0 : -ENOMEM;

	if (!err) {
		fputs("<h3>", out);
		html_text(out, title);
		fputs("</h3>\n", out);
		err = html_table(out, t, title);
	}
	np_rows_free(t);
	return err;
}

static int tables(FILE *out, const struct np_result *r)
{
	struct np_caused_table *caused;
	int err;

	fputs("<h2>Tables</h2>\n", out);
	err = html_titled(out, "Round trips (untraced) and exits of L2 (traced)",
			  np_round_trip_rows(r));
	if (err)
		return err;
	caused = np_caused_table_new(r, MANY_COLUMNS);
	if (!caused)
		return -ENOMEM;
	if (caused->nr_rows)
		err = html_titled(out, "L0 exits that L1 caused per exit of L2, by reason",
			     np_caused_rows(r, caused));
	free(caused);
	return err;
}

static void first_field(const struct np_workload_result *w, const struct fields_view *v, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return;
	fields_print_first(&w->fields, v, f);
	if (!fclose(f)) {
		fputs("<p>", out);
		html_text(out, text);
		fputs("</p>\n", out);
	}
	free(text);
}

static int workload_fields(FILE *out, const struct np_result *r, const struct np_arm_result *a,
			   const struct np_workload_result *w)
{
	const struct fields_view view = { .account = &w->account,
					  .lacking = np_result_lacking(r),
					  .by = FIELDS_BY_SITE,
					  .min_share = 0.5 };
	struct stat_table t;
	int err;

	fputs("<h3>", out);
	html_format(out, "%s, %s", w->name, a->name);
	fputs("</h3>\n", out);
	first_field(w, &view, out);
	if (!w->fields.nr)
		return 0;
	err = fields_table_text(&t, &w->fields, &view);
	if (!err)
		err = html_table(out, t.rows, w->name);
	stat_table_free(&t);
	return err;
}

static bool has_fields(const struct np_result *r)
{
	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++)
			if (r->arms[i]->nested && r->arms[i]->workloads[k]->has_fields)
				return true;
	return false;
}

static int fields(FILE *out, const struct html_result *h)
{
	const struct np_result *r = h->result;
	int err = 0;

	if (!has_fields(r))
		return 0;
	fputs("<h2>VMCS fields that L1 accesses with an exit</h2>\n", out);
	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; !err && k < r->arms[i]->nr_workloads; k++)
			if (r->arms[i]->nested && r->arms[i]->workloads[k]->has_fields)
				err = workload_fields(out, r, r->arms[i], r->arms[i]->workloads[k]);
	fputs("<h3>Advice</h3>\n", out);
	if (!h->advice) {
		fputs("<p>Whether it pays to shadow a field depends on what accesses cost on this "
		      "machine, which is not known: <code>nestprof calibrate</code> (or <code>lab "
		      "--calibrate</code>) measures it, <code>nestprof advise</code> says what "
		      "follows.</p>\n",
		      out);
		return err;
	}
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Advice\"><pre>",
	      out);
	html_text(out, h->advice);
	fputs("</pre></div>\n", out);
	return err;
}

static int environment(FILE *out, const struct np_result *r)
{
	fputs("<h2>Measured on</h2>\n", out);
	html_facts_begin(out);
	html_fact(out, "emulated", r->emulated ? "yes" : "no");
	for (uint32_t i = 0; i < r->nr_env; i++)
		html_fact(out, r->env[i].key, r->env[i].value);
	html_fact(out, "ticks", r->time_unit);
	html_facts_end(out);
	return lines(out, r, np_result_print_notes, "<p>", "</p>\n");
}

static void option(FILE *out, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(out, " --%s ", name);
	html_shell_word(out, value);
}

static void arms(FILE *out, const struct np_result *r)
{
	char list[NP_MAX_ARMS * (NP_NAME + 1)] = "";
	size_t n = 0;

	for (uint32_t i = 0; i < r->nr_arms; i++)
		n += snprintf(list + n, sizeof(list) - n, "%s%s", i ? "," : "", r->arms[i]->name);
	option(out, "arms", r->nr_arms ? list : NULL);
}

static void workloads(FILE *out, const struct np_arm_result *a)
{
	char list[NP_MAX_WORKLOADS * (NP_NAME + 1)] = "";
	size_t n = 0;

	for (uint32_t k = 0; k < a->nr_workloads; k++)
		n += snprintf(list + n, sizeof(list) - n, "%s%s", k ? "," : "",
			      a->workloads[k]->name);
	if (!a->nr_workloads)
		return;
	option(out, "workloads", list);
	fprintf(out, " --repetitions %u", a->workloads[0]->untraced.n ?: 1);
}

/* The command that measures the same: what the result itself tells of it. */
static void rerun(FILE *out, const struct np_result *r)
{
	const char *sequence = np_result_env(r, "l1_sequence");

	fputs("<h2>To measure it again</h2>\n<pre>", out);
	fprintf(out, "nestprof %s", r->emulated ? "lab" : "ab");
	arms(out, r);
	if (r->nr_arms)
		workloads(out, r->arms[0]);
	fputs(has_fields(r) ? " --fields" : "", out);
	fputs(np_result_has_times(r) ? " --turtles" : "", out);
	option(out, "cpu-model", np_result_env(r, "emulated_cpu"));
	option(out, "l1", sequence ? "micro" : NULL);
	option(out, "l1-sequence", sequence);
	fputs("</pre>\n<p class=\"faint\">", out);
	if (r->emulated)
		fputs("With the same packages the lab measures the same figures on any x86-64 "
		      "machine; other kernels are given by --l0-kernel and --l1-kernel.",
		      out);
	else
		fputs("As root on this host, with no virtual machine running.", out);
	fputs("</p>\n", out);
}

int html_result(FILE *out, const struct html_result *h)
{
	char title[80];
	int err;

	snprintf(title, sizeof(title), "What nesting costs on KVM, with %s off and on",
		 np_arm_pair(h->result)->what);
	html_begin(out, title);
	err = verdict(out, h->result);
	charts(out, h);
	if (!err)
		err = tables(out, h->result);
	if (!err && h->turtles)
		err = html_turtles(out, h->result, h->uarch);
	if (!err)
		err = fields(out, h);
	if (!err)
		err = environment(out, h->result);
	rerun(out, h->result);
	html_end(out);
	return err ? err : ferror(out) ? -EIO : 0;
}
