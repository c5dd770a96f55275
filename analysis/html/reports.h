/* SPDX-License-Identifier: GPL-2.0-only */
/* What is reported as HTML: a result, a recording. */
#ifndef NESTPROF_HTML_REPORTS_H
#define NESTPROF_HTML_REPORTS_H

#include "analysis/result.h"
#include "analysis/stat_lines.h"

struct html_chart {
	const char *id, *title;
	const char *svg; /* NULL: there is none */
};

struct html_result {
	const struct np_result *result;
	const struct html_chart *charts;
	uint32_t nr_charts;
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
int html_recording(FILE *out, const struct html_recording *h);

#endif
