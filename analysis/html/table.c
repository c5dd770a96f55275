// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "analysis/html/page.h"
#include "analysis/rows_cells.h"

static void head(FILE *out, const struct np_rows *t)
{
	fputs("<thead><tr>", out);
	for (uint32_t i = 0; i < t->nr_columns; i++) {
		const struct np_column *c = &t->columns[i];

		fprintf(out, "<th scope=\"col\"%s>",
			np_rows_is_numeric(t, i) ? " class=\"n\"" : "");
		html_text(out, c->title);
		if (c->unit[0])
			html_format(out, ", %s", c->unit);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n", out);
}

/* data-v: what is sorted by. */
static int cell(FILE *out, const struct cell *c, const struct np_column *column, bool numeric)
{
	char *text = np_cell_text(c, column->decimals);

	if (!text)
		return -ENOMEM;
	fputs(numeric ? "<td class=\"n\"" : "<td", out);
	if (c->type == NP_CELL_COUNT)
		fprintf(out, " data-v=\"%llu\"", (unsigned long long)c->count);
	else if (c->type == NP_CELL_NUMBER)
		fprintf(out, " data-v=\"%.9g\"", c->number);
	else if (c->type == NP_CELL_EMPTY)
		fputs(" data-v=\"\"", out);
	fputc('>', out);
	html_text(out, text);
	fputs("</td>", out);
	free(text);
	return 0;
}

int html_table(FILE *out, const struct np_rows *t, const char *title)
{
	int err = 0;

	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
	html_text(out, title);
	fputs("\">\n<table class=\"sorts\">\n", out);
	head(out, t);
	fputs("<tbody>\n", out);
	for (uint32_t i = 0; !err && i < t->nr_rows; i++) {
		fputs("<tr>", out);
		for (uint32_t k = 0; !err && k < t->nr_columns; k++)
			err = cell(out, cell_at(t, i, k), &t->columns[k], np_rows_is_numeric(t, k));
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table>\n</div>\n", out);
	return err;
}

void html_facts_begin(FILE *out)
{
	fputs("<table>\n<tbody>\n", out);
}

void html_fact(FILE *out, const char *key, const char *value)
{
	fputs("<tr><th scope=\"row\">", out);
	html_text(out, key);
	fputs("</th><td class=\"long\">", out);
	html_text(out, value);
	fputs("</td></tr>\n", out);
}

void html_facts_end(FILE *out)
{
	fputs("</tbody>\n</table>\n", out);
}
