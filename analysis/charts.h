/* SPDX-License-Identifier: GPL-2.0-only */
/* Charts through gnuplot: plots' scripts over data files made from a result. */
#ifndef NESTPROF_CHARTS_H
#define NESTPROF_CHARTS_H

#include "analysis/result.h"
#include "analysis/stat_lines.h"

/*
 * Writes what plots/'s scripts read into `dir`:
 *   exits.dat       L0 exits per L2 exit by reason, off beside on, per workload
 *   round_trip.dat  single / nested off / nested on, per workload
 *   overhead.dat    over a guest, off and on, here and in The Turtles Project
 *   reduction.dat   what is removed of it, and how often L2 exits
 *   phases.dat      where the time of a round trip goes
 *   distribution.dat  percentiles of round trips
 *   vars.gp         how many of what, names of columns, the caption
 * A chart that would be empty has no data file.
 */
int np_charts_write_data(const struct np_result *r, const char *dir);

/* The same of what was counted: l2_reasons.dat, and vars.gp. */
struct np_stat_chart {
	const struct stat_lines *lines;
	const char *kernel, *cpu;
};
int np_charts_write_stat(const struct np_stat_chart *c, const char *dir);

#endif
