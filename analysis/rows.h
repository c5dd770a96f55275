/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The row model: a table of typed cells, rendered as text (aligned, with
 * units in the header, through libsmartcols), JSON or CSV.
 */
#ifndef NESTPROF_ROWS_H
#define NESTPROF_ROWS_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

enum np_cell_type { NP_CELL_EMPTY, NP_CELL_TEXT, NP_CELL_COUNT, NP_CELL_NUMBER };

struct np_column {
	const char *key;    /* JSON and CSV: "round_trip" */
	const char *title;  /* text: "round trip" */
	const char *unit;   /* "" or "ticks", "%": shown after the title */
	int decimals;	    /* of a number, in text */
};

struct np_rows;

struct np_rows *np_rows_new(const struct np_column *columns, uint32_t nr_columns);
void np_rows_free(struct np_rows *t);
uint32_t np_rows_nr(const struct np_rows *t);
/* Starts a row; the cells of a row that are not set stay empty. */
int np_rows_add(struct np_rows *t);
int np_rows_text(struct np_rows *t, const char *key, const char *value);
int np_rows_count(struct np_rows *t, const char *key, uint64_t value);
/* NaN is an empty cell: "not measured". */
int np_rows_number(struct np_rows *t, const char *key, double value);

/* Empty cells are "-" in text, nothing in CSV (RFC 4180), null in JSON. */
int np_rows_print_text(const struct np_rows *t, FILE *out);
int np_rows_print_csv(const struct np_rows *t, FILE *out);
/* The same in two parts: for tables with the same columns, one after another. */
int np_rows_print_csv_header(const struct np_rows *t, FILE *out);
int np_rows_print_csv_lines(const struct np_rows *t, FILE *out);
json_t *np_rows_to_json(const struct np_rows *t);

/* "24,110.0": digits in groups of three, whatever the locale. Returns `out`. */
#define NP_GROUPED 64
char *np_grouped(char out[NP_GROUPED], double value, int decimals);

#endif
