/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports as HTML: figures, and charts drawn for them. */
#ifndef NESTPROF_COLLECTOR_HTML_REPORT_H
#define NESTPROF_COLLECTOR_HTML_REPORT_H

#include <stdio.h>

#include "analysis/html/reports.h"

#define HTML_REPORT "report.html"

/* NULL in its place: the Turtles report is in the page if the result was made for it. */
struct html_turtles_option {
	const struct np_uarch *uarch; /* or NULL */
};

/*
 * `charts` is a folder with the SVGs of plot_result(); where one is missing, so it is in the
 * report. `calibration` is a file that need not exist.
 */
int html_report_result(const struct np_result *r, const char *charts, const char *calibration,
		       const struct html_turtles_option *turtles, FILE *out);

/* Writes dir/report.html, whole or not at all; the calibration is beside it or above. */
int html_report_write(const struct np_result *r, const char *dir);

/* For a result at `path`; the charts are drawn now, and not kept. */
int html_report_of_file(const char *path, const struct html_turtles_option *turtles, FILE *out);

/* All but h->chart is set. */
int html_report_recording(struct html_recording *h, FILE *out);

#endif
