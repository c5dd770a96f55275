/* SPDX-License-Identifier: GPL-2.0-only */
/* What is reported as HTML: a result, a recording. */
#ifndef NESTPROF_HTML_REPORTS_H
#define NESTPROF_HTML_REPORTS_H

#include "analysis/result.h"
#include "analysis/stat_lines.h"
#include "analysis/uarch.h"

struct html_chart {
	const char *id, *title;
	const char *svg; /* NULL: there is none */
};

struct html_result {
	const struct np_result *result;
	const struct html_chart *charts;
	uint32_t nr_charts;
	bool turtles; /* with the tables of the Turtles report */
	const struct np_uarch *uarch; /* ... and this one's model; or NULL */
	const char *advice; /* nestprof advise's words; NULL: there is no calibration */
};

struct html_recording {
	const char *file;
	const char *nestprof, *kernel, *cpu; /* that recorded it */
	const char *damage;		     /* NULL: it is whole */
	const char *tracing;		     /* what it cost */
	int64_t start_time;		     /* in seconds since 1970 */
	double seconds;
	uint64_t lost;
	enum stat_by by;
	struct stat_lines *lines; /* finished; NULL: nothing was recorded */
	struct html_chart chart;
};

int html_result(FILE *out, const struct html_result *h);
int html_turtles(FILE *out, const struct np_result *r, const struct np_uarch *u);
int html_recording(FILE *out, const struct html_recording *h);

#endif
