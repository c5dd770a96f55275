/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of rows.h in Markdown. */
#ifndef NESTPROF_ROWS_MARKDOWN_H
#define NESTPROF_ROWS_MARKDOWN_H

#include "analysis/rows.h"

int np_rows_print_markdown(const struct np_rows *t, FILE *out);

/* Text that is to be read as it is, whatever Markdown would make of it. */
void np_markdown_text(const char *s, FILE *out);

#endif
