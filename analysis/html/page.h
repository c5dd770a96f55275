/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports as one HTML file: nothing is fetched, scripts only sort. All text that
 * comes from outside goes through html_text(), whatever is in it.
 */
#ifndef NESTPROF_HTML_PAGE_H
#define NESTPROF_HTML_PAGE_H

#include <stdio.h>

#include "analysis/rows.h"

/* Escaped; what is no UTF-8, or a control character, becomes U+FFFD. */
void html_text(FILE *out, const char *text);
void html_format(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As one word of a shell's command line, whatever is in it: people paste it. */
void html_shell_word(FILE *out, const char *word);

/* The head and <h1>; the end. */
void html_begin(FILE *out, const char *title);
void html_end(FILE *out);

/* A table that sorts; empty cells are "-". -ENOMEM. */
int html_table(FILE *out, const struct np_rows *t, const char *title);

/* The same below a heading; frees the rows. NULL: -ENOMEM. */
int html_titled(FILE *out, const char *title, struct np_rows *t);

/* A table of facts: begin, a row each, end. */
void html_facts_begin(FILE *out);
void html_fact(FILE *out, const char *key, const char *value);
void html_facts_end(FILE *out);

/*
 * An SVG document of gnuplot's inside the page; `id` goes in front of its names,
 * so that two of them do not share any. Nothing is printed, and -EINVAL is
 * returned, when it is none.
 */
int html_svg(FILE *out, const char *svg, const char *id, const char *title);

#endif
