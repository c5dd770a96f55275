/* SPDX-License-Identifier: GPL-2.0-only */
/* An interval's tables, in the row model. */
#ifndef NESTPROF_STAT_TABLES_H
#define NESTPROF_STAT_TABLES_H

#include "analysis/rows.h"
#include "analysis/stat_lines.h"

#define STAT_MAX_COLUMNS 64

/* The rows refer to the columns: both go together. */
struct stat_table {
	struct np_column columns[STAT_MAX_COLUMNS];
	uint32_t nr_columns;
	struct np_rows *rows;
};

enum stat_form {
	STAT_FORM_TEXT, /* only the columns that say something here */
	STAT_FORM_DATA, /* all of them, always */
};

/* Which interval; in CSV each row begins with it. */
struct stat_when {
	uint32_t interval; /* from 1 on */
	double start;	   /* seconds since counting began */
	double seconds;	   /* that it took */
};

/* A row for each line. `when` can be NULL. */
int stat_table_lines(struct stat_table *t, const struct stat_lines *l, enum stat_by by,
		     enum stat_form form, const struct stat_when *when);
/* What L1's exits were for: a row for each line and exit reason of L1. */
int stat_table_causes(struct stat_table *t, const struct stat_lines *l);
/* A row for each VM or vCPU. */
int stat_table_groups(struct stat_table *t, const struct stat_lines *l, enum stat_by by,
		      enum stat_form form);

/* A row for each cause for which entries into L2 failed. */
int stat_table_failures(struct stat_table *t, const struct stat_lines *l, enum stat_by by,
			enum stat_form form);
/* The same as lines of CSV; the table is that of stat_table_lines(). */
int stat_table_add_failures(struct stat_table *t, const struct stat_lines *l,
			    const struct stat_when *when);

/* To make such a table: columns that say which line it is, more columns, rows, lines. */
void stat_table_init_lines(struct stat_table *t, enum stat_by by);
void stat_table_add_columns(struct stat_table *t, const struct np_column *columns, uint32_t n);
int stat_table_new_rows(struct stat_table *t);
/* Which interval, in front of all else; NULL: that is not told. */
void stat_table_add_when(struct stat_table *t, const struct stat_when *when);
int stat_table_set_when(struct stat_table *t, const struct stat_when *when); /* of a row */
int stat_table_begin_line(struct stat_table *t, const struct stat_line *l);

/* Safe on a table that was never made, but zeroed. */
void stat_table_free(struct stat_table *t);

#endif
