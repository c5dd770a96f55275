/* SPDX-License-Identifier: GPL-2.0-only */
/* A comparison for those who read no terminal: CI systems, pages of Markdown. */
#ifndef NESTPROF_COMPARE_FORMATS_H
#define NESTPROF_COMPARE_FORMATS_H

#include "analysis/compare.h"
#include "analysis/rows.h"

/* The table that all print; `all`: also what did not change. NULL: no memory. */
struct np_rows *np_compare_rows(const struct np_compare *c, bool all);

/* A GitHub-flavoured table, and the facts before it. */
int np_compare_markdown(const struct np_compare *c, bool all, FILE *out);

/* Workflow commands: an error for each figure worse by more than that share, else notices. */
int np_compare_github(const struct np_compare *c, double threshold, FILE *out);

/* A test suite: a case for each figure, failed where it is worse by more than that share. */
int np_compare_junit(const struct np_compare *c, double threshold, FILE *out);

/* Whether it counts as worse: one rule for all formats, and for the exit code. */
bool np_compared_fails(const struct np_compared *r, double threshold);
const char *np_verdict_name(enum np_verdict v);

#endif
