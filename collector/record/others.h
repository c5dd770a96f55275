/* SPDX-License-Identifier: GPL-2.0-only */
/* The command that would record the same with a tool that is there already. */
#ifndef NESTPROF_RECORD_OTHERS_H
#define NESTPROF_RECORD_OTHERS_H

#include "collector/record/run.h"

enum record_with { RECORD_WITH_NESTPROF, RECORD_WITH_PERF, RECORD_WITH_TRACE_CMD };

/* To stdout, for a shell. -EINVAL and fail(): what was asked for cannot be had so. */
int others_print(const struct record_options *o, enum record_with with);

#endif
