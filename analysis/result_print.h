/* SPDX-License-Identifier: GPL-2.0-only */
/* A result for people (terminal), for spreadsheets and for gnuplot. */
#ifndef NESTPROF_RESULT_PRINT_H
#define NESTPROF_RESULT_PRINT_H

#include <stdio.h>

#include "analysis/result.h"

/*
 * The terminal's page: first the overhead reduction per workload, then a row
 * per workload and arm (round trip, observer effect, L2 exits, L0 exits per
 * L2 exit by reason), then environment, unit, lost events.
 * `bold`/`reset`: escape codes or "".
 */
int np_result_print(const struct np_result *r, FILE *out, const char *bold, const char *reset);

/* Parts of it: a line or more for each workload, the first not indented; what to be aware of. */
void np_result_print_verdicts(const struct np_result *r, FILE *out);
void np_result_print_notes(const struct np_result *r, FILE *out);

/* result.csv: one line per arm, workload and metric (long form). */
int np_result_print_csv(const struct np_result *r, FILE *out);

#endif
