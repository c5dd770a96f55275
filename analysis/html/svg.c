// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "analysis/html/page.h"

/* What comes before a name, in a definition or a reference. */
static size_t before_name(const char *p)
{
	static const char *const marks[] = { " id='", " id=\"", "href='#", "href=\"#", "url(#" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (!strncmp(p, marks[i], strlen(marks[i])))
			return strlen(marks[i]);
	return 0;
}

/* gnuplot's own: a second title for the page, and an advertisement. */
static const char *skip_words(const char *p)
{
	static const char *const words[][2] = { { "<title>", "</title>" },
						{ "<desc>", "</desc>" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		const char *after = strncmp(p, words[i][0], strlen(words[i][0]))
					    ? NULL
					    : strstr(p, words[i][1]);

		if (after)
			p = after + strlen(words[i][1]);
	}
	return p;
}

#define USUAL_WIDTH 1000

/* A chart of many workloads is wide: it scrolls, in place of becoming illegible. */
static void put_width(FILE *out, const char *svg)
{
	const char *box = strstr(svg, "viewBox=\"0 0 ");
	unsigned int width;

	if (box && sscanf(box, "viewBox=\"0 0 %u", &width) == 1 && width > USUAL_WIDTH)
		fprintf(out, " style=\"--wide: %upx\"", width);
}

int html_svg(FILE *out, const char *svg, const char *id, const char *title)
{
	const char *p = strstr(svg, "<svg"), *end = strstr(svg, "</svg>");
	bool tag = false;

	/* Of gnuplot's making; anything that could run is not. */
	if (!p || !end || end < p || strcasestr(svg, "<script") || strcasestr(svg, "<foreign"))
		return -EINVAL;
	fputs("<figure>\n<svg role=\"img\" aria-label=\"", out);
	html_text(out, title);
	fputc('"', out);
	put_width(out, p);
	for (p += strlen("<svg"); p < end; p++) {
		size_t n;

		p = skip_words(p);
		tag = *p == '<' || (tag && *p != '>');
		n = tag ? before_name(p) : 0;
		if (n) {
			fwrite(p, 1, n, out);
			fputs(id, out);
			p += n - 1;
		} else {
			fputc(*p, out);
		}
	}
	fputs("</svg>\n</figure>\n", out);
	return 0;
}
