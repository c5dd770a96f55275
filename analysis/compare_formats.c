// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/compare_formats.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "analysis/rows_markdown.h"
#include "analysis/utf8.h"

/* What has a meaning in a format, and what stands for it there. */
struct escape {
	char c;
	const char *instead;
};

static void put(FILE *out, const char *s, const struct escape *escapes)
{
	while (*s) {
		const struct escape *e = escapes;
		int len = np_utf8_length(s);

		while (e->c && e->c != *s)
			e++;
		if (e->c)
			fputs(e->instead, out);
		else if (len)
			fwrite(s, 1, len, out);
		else
			fputs(NP_UTF8_INSTEAD, out);
		s += len ?: 1;
	}
}

static const struct escape in_xml[] = { { '&', "&amp;" },  { '<', "&lt;" },  { '>', "&gt;" },
					{ '"', "&quot;" }, { '\'', "&#39;" }, { 0, NULL } };
static const struct escape in_message[] = { { '%', "%25" }, { '\r', "%0D" }, { '\n', "%0A" },
					    { 0, NULL } };
static const struct escape in_property[] = { { '%', "%25" }, { '\r', "%0D" }, { '\n', "%0A" },
					     { ':', "%3A" }, { ',', "%2C" },  { 0, NULL } };

/* "cpuid (shadow-off), round_trip: 23,098 -> 24,001 ticks (+3.91 %), worse" */
static void sentence(const struct np_compared *r, char *out, size_t size)
{
	char old[NP_GROUPED], new[NP_GROUPED], change[32] = "";

	if (isfinite(r->change))
		snprintf(change, sizeof(change), " (%+.2f %%)", 100 * r->change);
	snprintf(out, size, "%s (%s), %s: %s -> %s %s%s, %s", r->workload, r->arm, r->metric,
		 np_grouped(old, r->old, r->old < 1000 ? 3 : 0),
		 np_grouped(new, r->new, r->new < 1000 ? 3 : 0), r->unit, change,
		 np_verdict_name(r->verdict));
}

int np_compare_markdown(const struct np_compare *c, bool all, FILE *out)
{
	struct np_rows *t = np_compare_rows(c, all);
	int err = t ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < c->nr_facts; i++) {
		fputs("- ", out);
		np_markdown_text(c->facts[i], out);
		fputc('\n', out);
	}
	if (c->nr_facts)
		fputc('\n', out);
	if (!err && np_rows_nr(t))
		err = np_rows_print_markdown(t, out);
	else if (!err)
		fprintf(out, "Of %u figures none changed.\n", c->n);
	np_rows_free(t);
	return err ? err : ferror(out) ? -EIO : 0;
}

static void command(FILE *out, const char *kind, const char *title, const char *text)
{
	fprintf(out, "::%s title=", kind);
	put(out, title, in_property);
	fputs("::", out);
	put(out, text, in_message);
	fputc('\n', out);
}

int np_compare_github(const struct np_compare *c, double threshold, FILE *out)
{
	uint32_t changed = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct np_compared *r = &c->rows[i];
		bool better = r->verdict == NP_BETTER;
		char text[512], title[128];

		if (!better && r->verdict != NP_WORSE)
			continue;
		changed++;
		sentence(r, text, sizeof(text));
		snprintf(title, sizeof(title), "nestprof: %s got %s", r->workload,
			 better ? "better" : "worse");
		command(out, np_compared_fails(r, threshold) ? "error"
			     : better ? "notice" : "warning", title, text);
	}
	if (!changed)
		fprintf(out, "::notice title=nestprof::Of %u figures none changed\n", c->n);
	return ferror(out) ? -EIO : 0;
}

static void attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	put(out, value, in_xml);
	fputc('"', out);
}

static void testcase(const struct np_compared *r, double threshold, FILE *out)
{
	char text[512], name[2 * NP_NAME];

	sentence(r, text, sizeof(text));
	snprintf(name, sizeof(name), "%s %s", r->workload, r->metric);
	fputs("  <testcase", out);
	attribute(out, "classname", r->arm);
	attribute(out, "name", name);
	if (!np_compared_fails(r, threshold)) {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n    <failure", out);
	attribute(out, "message", text);
	fputs("/>\n  </testcase>\n", out);
}

int np_compare_junit(const struct np_compare *c, double threshold, FILE *out)
{
	fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<testsuite name=\"nestprof compare\" tests=\"%u\" failures=\"%u\" "
		     "errors=\"0\" skipped=\"0\">\n",
		c->n, np_compare_worse(c, threshold));
	if (c->nr_facts)
		fputs("  <properties>\n", out);
	for (uint32_t i = 0; i < c->nr_facts; i++) {
		fputs("    <property name=\"differs\"", out);
		attribute(out, "value", c->facts[i]);
		fputs("/>\n", out);
	}
	if (c->nr_facts)
		fputs("  </properties>\n", out);
	for (uint32_t i = 0; i < c->n; i++)
		testcase(&c->rows[i], threshold, out);
	fputs("</testsuite>\n", out);
	return ferror(out) ? -EIO : 0;
}
