/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting, from start to end: what stat does with its options. */
#ifndef NESTPROF_STAT_RUN_H
#define NESTPROF_STAT_RUN_H

#include <sys/types.h>

#include "analysis/stat_metrics.h"
#include "collector/stat/report.h"

struct stat_options {
	pid_t tgid;	   /* only this process's VM; 0: all VMs */
	uint32_t vcpu;	   /* only this one of each VM; NP_ANY_VCPU: all */
	double interval;   /* seconds; 0: one for the whole run */
	double duration;   /* seconds; 0: until something else ends it */
	char **command;	   /* runs, and ends it; NULL: none */
	enum stat_format format;
	enum stat_by by;
	double min_share;
	const struct stat_metric *sort;
};

/* 0, or a negative errno and fail(). -EINTR: a signal came before its time. */
int stat_run(const struct stat_options *o);

#endif
