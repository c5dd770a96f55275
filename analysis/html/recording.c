// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "analysis/html/page.h"
#include "analysis/html/reports.h"
#include "analysis/stat_tables.h"
#include "analysis/stat_trips.h"

/* Of all VMs and vCPUs together. */
struct sums {
	uint64_t l0, l2, caused, misfits;
	const struct stat_line *most; /* of L2's exits, with those that L1 made for them */
};

static void sum_up(const struct stat_lines *l, struct sums *s)
{
	*s = (struct sums){ 0 };
	for (uint32_t i = 0; l && i < l->nr_groups; i++) {
		s->l0 += l->group[i].l0_exits;
		s->l2 += l->group[i].l2_exits;
		s->caused += l->group[i].caused;
		s->misfits += l->group[i].desyncs;
	}
	for (uint32_t i = 0; l && i < l->nr_lines; i++) {
		const struct stat_line *line = &l->line[i];

		if (line->kind == STAT_L2 &&
		    (!s->most || stat_line_l0_exits(line) > stat_line_l0_exits(s->most)))
			s->most = line;
	}
}

static void most_of_it(FILE *out, const struct sums *s)
{
	uint64_t n = s->most->row.exits + s->most->row.synthetic;

	fputs("<li>", out);
	html_format(out, "%s accounts for %.0f %% of L0's exits: ", stat_reason_name(s->most),
		    100.0 * stat_line_l0_exits(s->most) / s->l0);
	html_format(out, "L1 makes %.2f exits of its own for each.",
		    n ? (double)(stat_line_l0_exits(s->most) - s->most->row.exits) / n : 0);
	fputs("</li>\n", out);
}

static void verdict(FILE *out, const struct html_recording *h, const struct sums *s)
{
	char all[NP_GROUPED], l2[NP_GROUPED];

	fputs("<ul class=\"verdict\">\n", out);
	if (h->damage) {
		fputs("<li>", out);
		html_format(out, "The recording is not whole: %s", h->damage);
		fputs("</li>\n", out);
	}
	if (!s->l0)
		fputs("<li>No virtual machine exited.</li>\n", out);
	else if (!s->l2)
		fprintf(out, "<li>%s exits to L0, none of them of a nested guest (L2).</li>\n",
			np_grouped(all, s->l0, 0));
	else
		fprintf(out,
			"<li>%s exits of L2 made L1 exit %.2f times each: nesting turns one exit "
			"into %.2f. All in all %s exits to L0.</li>\n",
			np_grouped(l2, s->l2, 0), (double)s->caused / s->l2,
			1 + (double)s->caused / s->l2, np_grouped(all, s->l0, 0));
	if (s->most)
		most_of_it(out, s);
	if (h->lost || s->misfits)
		fprintf(out,
			"<li>%" PRIu64 " events were lost and %" PRIu64 " did not fit: the "
			"figures are too low.</li>\n",
			h->lost, s->misfits);
	fputs("</ul>\n", out);
}

/* Takes the table. */
static int titled(FILE *out, const char *title, struct stat_table *t, int err)
{
	if (!err && np_rows_nr(t->rows)) {
		fputs("<h3>", out);
		html_text(out, title);
		fputs("</h3>\n", out);
		err = html_table(out, t->rows, title);
	}
	stat_table_free(t);
	return err;
}

static int tables(FILE *out, const struct html_recording *h)
{
	const struct stat_lines *l = h->lines;
	struct stat_table t;
	int err;

	fputs("<h2>Tables</h2>\n", out);
	err = stat_table_groups(&t, l, h->by, STAT_FORM_TEXT);
	err = titled(out, "Virtual machines", &t, err);
	if (err)
		return err;
	err = stat_table_lines(&t, l, h->by, STAT_FORM_TEXT, NULL);
	err = titled(out, "Exits by reason", &t, err);
	if (err)
		return err;
	err = stat_table_failures(&t, l, h->by, STAT_FORM_TEXT);
	err = titled(out, "Entries into L2 that failed", &t, err);
	if (err)
		return err;
	err = stat_table_trips(&t, l, h->by);
	err = titled(out, "Round trips, from L2's exit until L2 is entered again", &t, err);
	if (err)
		return err;
	err = stat_table_phases(&t, l, h->by);
	return titled(out, "Where the time of those through L1 went, mean of those measured", &t,
		      err);
}

static void environment(FILE *out, const struct html_recording *h)
{
	char text[64] = "";
	time_t start = h->start_time;
	struct tm utc;

	fputs("<h2>Recorded on</h2>\n", out);
	html_facts_begin(out);
	if (gmtime_r(&start, &utc))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &utc);
	html_fact(out, "begin", text);
	snprintf(text, sizeof(text), "%.3f s", h->seconds);
	html_fact(out, "duration", text);
	html_fact(out, "kernel", h->kernel);
	html_fact(out, "CPU", h->cpu);
	html_fact(out, "nestprof", h->nestprof);
	snprintf(text, sizeof(text), "%" PRIu64, h->lost);
	html_fact(out, "lost events", text);
	html_fact(out, "tracing cost", h->tracing);
	html_facts_end(out);
}

int html_recording(FILE *out, const struct html_recording *h)
{
	struct sums s;
	int err = 0;

	sum_up(h->lines, &s);
	html_begin(out, "What nested guests made KVM exit for");
	verdict(out, h, &s);
	if (h->chart.svg)
		fputs("<h2>Chart</h2>\n", out);
	if (h->chart.svg)
		html_svg(out, h->chart.svg, h->chart.id, h->chart.title);
	if (s.l0)
		err = tables(out, h);
	environment(out, h);
	fputs("<h2>To look again</h2>\n<pre>nestprof report --html ", out);
	html_shell_word(out, h->file);
	fputs("</pre>\n", out);
	html_end(out);
	return err ? err : ferror(out) ? -EIO : 0;
}
