/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting, from start to end: what stat does with its options. */
#ifndef NESTPROF_STAT_RUN_H
#define NESTPROF_STAT_RUN_H

#include "collector/stat/shown.h"
#include "collector/stat/target.h"

struct stat_options {
	struct target target;
	char **command; /* runs, and ends it; NULL: none */
	struct shown shown;
};

/* 0, or a negative errno and fail(). -EINTR: a signal came before its time. */
int stat_run(const struct stat_options *o);

#endif
