// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/rows.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "analysis/rows_cells.h"

struct np_rows *np_rows_new(const struct np_column *columns, uint32_t nr_columns)
{
	struct np_rows *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->columns = columns;
	t->nr_columns = nr_columns;
	return t;
}

void np_rows_free(struct np_rows *t)
{
	if (!t)
		return;
	while (t->texts) {
		struct text *next = t->texts->next;

		free(t->texts);
		t->texts = next;
	}
	free(t->cells);
	free(t);
}

uint32_t np_rows_nr(const struct np_rows *t)
{
	return t->nr_rows;
}

int np_rows_add(struct np_rows *t)
{
	size_t have = (size_t)t->nr_rows * t->nr_columns;
	struct cell *more = reallocarray(t->cells, have + t->nr_columns, sizeof(*more));

	if (!more)
		return -ENOMEM;
	memset(more + have, 0, t->nr_columns * sizeof(*more));
	t->cells = more;
	t->nr_rows++;
	return 0;
}

/* Puts the value into the last row, under `key`. */
static int set(struct np_rows *t, const char *key, struct cell value)
{
	for (uint32_t i = 0; t->nr_rows && i < t->nr_columns; i++) {
		if (!strcmp(t->columns[i].key, key)) {
			*cell_at(t, t->nr_rows - 1, i) = value;
			return 0;
		}
	}
	return -ENOENT;
}

int np_rows_text(struct np_rows *t, const char *key, const char *value)
{
	size_t size = strlen(value) + 1;
	struct text *text = malloc(sizeof(*text) + size);

	if (!text)
		return -ENOMEM;
	memcpy(text->s, value, size);
	text->next = t->texts;
	t->texts = text;
	return set(t, key, (struct cell){ .type = NP_CELL_TEXT, .text = text->s });
}

int np_rows_count(struct np_rows *t, const char *key, uint64_t value)
{
	return set(t, key, (struct cell){ .type = NP_CELL_COUNT, .count = value });
}

int np_rows_number(struct np_rows *t, const char *key, double value)
{
	struct cell c = { .type = isfinite(value) ? NP_CELL_NUMBER : NP_CELL_EMPTY };

	c.number = value;
	return set(t, key, c);
}

char *np_grouped(char out[NP_GROUPED], double value, int decimals)
{
	char plain[NP_GROUPED];
	size_t digits, from = 0, to = 0, len = snprintf(plain, sizeof(plain), "%.*f", decimals,
							value);

	if (len >= sizeof(plain) || len + len / 3 >= NP_GROUPED) {
		snprintf(out, NP_GROUPED, "%g", value);
		return out;
	}
	if (plain[0] == '-')
		out[to++] = plain[from++];
	digits = strspn(plain + from, "0123456789");
	for (size_t i = 0; i < digits; i++) {
		if (i && (digits - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = plain[from++];
	}
	strcpy(out + to, plain + from);
	return out;
}

char *np_cell_text(const struct cell *c, int decimals)
{
	char number[NP_GROUPED];

	switch (c->type) {
	case NP_CELL_TEXT:
		return strdup(c->text);
	case NP_CELL_COUNT:
		return strdup(np_grouped(number, c->count, 0));
	case NP_CELL_NUMBER:
		return strdup(np_grouped(number, c->number, decimals));
	default:
		return strdup("-");
	}
}

bool np_rows_is_numeric(const struct np_rows *t, uint32_t column)
{
	for (uint32_t i = 0; i < t->nr_rows; i++)
		if (cell_at(t, i, column)->type == NP_CELL_TEXT)
			return false;
	return true;
}

static int add_columns(const struct np_rows *t, struct libscols_table *tb)
{
	for (uint32_t i = 0; i < t->nr_columns; i++) {
		const struct np_column *c = &t->columns[i];
		int flags = np_rows_is_numeric(t, i) ? SCOLS_FL_RIGHT : 0;
		char title[128];

		snprintf(title, sizeof(title), "%s%s%s", c->title, c->unit[0] ? ", " : "", c->unit);
		if (!scols_table_new_column(tb, title, 0, flags))
			return -ENOMEM;
	}
	return 0;
}

static int add_lines(const struct np_rows *t, struct libscols_table *tb)
{
	for (uint32_t i = 0; i < t->nr_rows; i++) {
		struct libscols_line *line = scols_table_new_line(tb, NULL);

		for (uint32_t k = 0; k < t->nr_columns; k++) {
			char *text = np_cell_text(cell_at(t, i, k), t->columns[k].decimals);

			/* The line owns the text from here on. */
			if (!line || !text || scols_line_refer_data(line, k, text)) {
				free(text);
				return -ENOMEM;
			}
		}
	}
	return 0;
}

int np_rows_print_text(const struct np_rows *t, FILE *out)
{
	struct libscols_table *tb = scols_new_table();
	int err = tb ? 0 : -ENOMEM;

	if (!err && scols_table_set_stream(tb, out))
		err = -EINVAL;
	/* The same table on every terminal: nothing is cut to its width. */
	if (!err && scols_table_set_termforce(tb, SCOLS_TERMFORCE_NEVER))
		err = -EINVAL;
	if (!err)
		err = add_columns(t, tb);
	if (!err)
		err = add_lines(t, tb);
	if (!err && t->nr_rows && scols_print_table(tb))
		err = -EIO;
	scols_unref_table(tb);
	return err;
}

/* Quoted as RFC 4180 says; lines end as on Unix, for awk and the like. */
static void csv_text(FILE *out, const char *s)
{
	if (!strpbrk(s, ",\"\r\n")) {
		fputs(s, out);
		return;
	}
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"')
			fputc('"', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

static void csv_cell(FILE *out, const struct cell *c)
{
	if (c->type == NP_CELL_TEXT)
		csv_text(out, c->text);
	else if (c->type == NP_CELL_COUNT)
		fprintf(out, "%llu", (unsigned long long)c->count);
	else if (c->type == NP_CELL_NUMBER)
		fprintf(out, "%.15g", c->number);
}

int np_rows_print_csv_header(const struct np_rows *t, FILE *out)
{
	for (uint32_t k = 0; k < t->nr_columns; k++) {
		if (k)
			fputc(',', out);
		csv_text(out, t->columns[k].key);
	}
	fputc('\n', out);
	return ferror(out) ? -EIO : 0;
}

int np_rows_print_csv_lines(const struct np_rows *t, FILE *out)
{
	for (uint32_t i = 0; i < t->nr_rows; i++) {
		for (uint32_t k = 0; k < t->nr_columns; k++) {
			if (k)
				fputc(',', out);
			csv_cell(out, cell_at(t, i, k));
		}
		fputc('\n', out);
	}
	return ferror(out) ? -EIO : 0;
}

int np_rows_print_csv(const struct np_rows *t, FILE *out)
{
	int err = np_rows_print_csv_header(t, out);

	return err ? err : np_rows_print_csv_lines(t, out);
}

static json_t *cell_json(const struct cell *c)
{
	switch (c->type) {
	case NP_CELL_TEXT:
		return json_string(c->text);
	case NP_CELL_COUNT:
		return json_integer(c->count);
	case NP_CELL_NUMBER:
		return json_real(c->number);
	default:
		return json_null();
	}
}

json_t *np_rows_to_json(const struct np_rows *t)
{
	json_t *list = json_array();
	int err = list ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < t->nr_rows; i++) {
		json_t *o = json_object();

		for (uint32_t k = 0; k < t->nr_columns; k++)
			err |= json_object_set_new(o, t->columns[k].key,
						   cell_json(cell_at(t, i, k)));
		err |= json_array_append_new(list, o);
	}
	if (!err)
		return list;
	json_decref(list);
	return NULL;
}
