/* SPDX-License-Identifier: GPL-2.0-only */
/* What top does, from its first screen to its last. */
#ifndef NESTPROF_TOP_RUN_H
#define NESTPROF_TOP_RUN_H

#include "collector/top/source.h"

struct top_options {
	double interval; /* seconds */
	double duration; /* seconds; 0: until it is told to end */
};

/* 0, or fail(): whether there is a terminal to draw on. */
int top_check_terminal(void);

/*
 * Until the user ends it. Whatever happens, the terminal is as before then.
 * 0, or a negative errno and fail(); -EINTR: a signal came before its time.
 */
int top_run(struct top_source *source, const struct top_options *o);

#endif
