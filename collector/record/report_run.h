/* SPDX-License-Identifier: GPL-2.0-only */
/* From a recording to stat's tables, or to a page of HTML: what report does with its options. */
#ifndef NESTPROF_RECORD_REPORT_RUN_H
#define NESTPROF_RECORD_REPORT_RUN_H

#include "analysis/uarch.h"
#include "collector/record/run.h"
#include "collector/stat/shown.h"
#include "collector/stat/target.h"

struct report_options {
	struct target target;
	struct shown shown;
	bool html;
	bool turtles; /* of a result: the Turtles report */
	const struct np_uarch *uarch; /* in it; or NULL */
	const char *file; /* a recording or a result; "-": a recording on standard input */
};

/* 0, or a negative errno and fail(). */
int report_run(const struct report_options *o);

#endif
