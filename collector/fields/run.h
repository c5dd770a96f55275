/* SPDX-License-Identifier: GPL-2.0-only */
/* What `nestprof fields` does with its options. */
#ifndef NESTPROF_FIELDS_RUN_H
#define NESTPROF_FIELDS_RUN_H

#include "collector/fields/options.h"

/* 0, or a negative errno and fail(). -EINTR: a signal came before its time. */
int fields_run(const struct fields_options *o);

#endif
