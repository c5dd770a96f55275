/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting, from start to end: what stat does with its options. */
#ifndef NESTPROF_STAT_RUN_H
#define NESTPROF_STAT_RUN_H

#include "analysis/stat_metrics.h"
#include "collector/stat/report.h"
#include "collector/stat/target.h"

struct stat_options {
	struct target target;
	char **command; /* runs, and ends it; NULL: none */
	enum stat_format format;
	enum stat_by by;
	double min_share;
	const struct stat_metric *sort;
};

/* 0, or a negative errno and fail(). -EINTR: a signal came before its time. */
int stat_run(const struct stat_options *o);

#endif
