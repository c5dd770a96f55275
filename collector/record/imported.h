/* SPDX-License-Identifier: GPL-2.0-only */
/* A trace of perf's or trace-cmd's, for who would play a recording. */
#ifndef NESTPROF_RECORD_IMPORTED_H
#define NESTPROF_RECORD_IMPORTED_H

#include "analysis/recording/info.h"
#include "collector/record/trace_file.h"

struct imported {
	const struct trace_file *file;
	struct import *import;
	struct imp_error error; /* what was wrong with it, after what was read */
	double shown; /* when progress was */
};

/* 0, or a negative errno and fail(), as the others; then close it as well. */
int imported_open(struct imported *i, struct trace_file *file);
void imported_info(const struct imported *i, struct rec_info *info);
/*
 * Returns what the sink does, or 0, at the end or where it is wrong; imported_judge() says
 * which, and what it does not have.
 */
int imported_run(struct imported *i, const struct imp_sink *sink);
int imported_judge(const struct imported *i);
void imported_close(struct imported *i);

/* Now and then: how far it has come, on a terminal. */
void imported_progress(struct imported *i);

#endif
