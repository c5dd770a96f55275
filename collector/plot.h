/* SPDX-License-Identifier: GPL-2.0-only */
/* The charts of a result, drawn by gnuplot. */
#ifndef NESTPROF_PLOT_H
#define NESTPROF_PLOT_H

#include "analysis/charts.h"

/*
 * Puts exits.svg, exits.png, round_trip.svg and round_trip.png into `dir`,
 * each whole or not at all; one that would be empty is left out. fail()s with
 * NP_EXIT_MISSING when there is no gnuplot.
 */
int plot_result(const struct np_result *r, const char *dir);

/* The same with the scripts of another folder than nestprof's own plots/. */
int plot_result_with(const struct np_result *r, const char *dir, const char *plots);

/* l2_reasons.svg and .png, of what was counted. */
int plot_stat(const struct np_stat_chart *c, const char *dir);
int plot_stat_with(const struct np_stat_chart *c, const char *dir, const char *plots);

#endif
