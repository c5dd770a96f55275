/* SPDX-License-Identifier: GPL-2.0-only */
/* What is printed and how: the options that stat and report share. */
#ifndef NESTPROF_STAT_SHOWN_H
#define NESTPROF_STAT_SHOWN_H

#include <argp.h>

#include "analysis/stat_metrics.h"
#include "collector/stat/report.h"

struct shown {
	enum stat_format format;
	enum stat_by by;
	double min_share;
	const struct stat_metric *sort;
};

/* stat's way unless told otherwise. */
struct shown shown_default(void);

/* An argp child: input is a struct shown. */
extern const struct argp shown_argp;

/* To stdout; what has no place there, to stderr. */
struct stat_report shown_report(const struct shown *s);

#endif
