// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/rows_markdown.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/rows_cells.h"

void np_markdown_text(const char *s, FILE *out)
{
	for (; *s; s++) {
		if (strchr("\\`*_{}[]<>|~#&!", *s))
			fputc('\\', out);
		fputc(*s, out);
	}
}

static void head(const struct np_rows *t, FILE *out)
{
	for (uint32_t i = 0; i < t->nr_columns; i++) {
		fputs("| ", out);
		np_markdown_text(t->columns[i].title, out);
		fprintf(out, "%s%s ", t->columns[i].unit[0] ? ", " : "", t->columns[i].unit);
	}
	fputs("|\n", out);
	for (uint32_t i = 0; i < t->nr_columns; i++)
		fputs(np_rows_is_numeric(t, i) ? "|---:" : "|---", out);
	fputs("|\n", out);
}

int np_rows_print_markdown(const struct np_rows *t, FILE *out)
{
	head(t, out);
	for (uint32_t row = 0; row < t->nr_rows; row++) {
		for (uint32_t i = 0; i < t->nr_columns; i++) {
			char *text = np_cell_text(cell_at(t, row, i), t->columns[i].decimals);

			if (!text)
				return -ENOMEM;
			fputs("| ", out);
			np_markdown_text(text, out);
			fputc(' ', out);
			free(text);
		}
		fputs("|\n", out);
	}
	return ferror(out) ? -EIO : 0;
}
