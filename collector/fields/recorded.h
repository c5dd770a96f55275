/* SPDX-License-Identifier: GPL-2.0-only */
/* What `nestprof fields` does with a recording. */
#ifndef NESTPROF_FIELDS_RECORDED_H
#define NESTPROF_FIELDS_RECORDED_H

#include <stdbool.h>

#include "collector/fields/options.h"

/* Whether that is what the file is: it begins as one, or it is "-", standard input. */
bool fields_is_recording(const char *file);

/* 0, or a negative errno and fail(). */
int fields_recorded(const struct fields_options *o);

#endif
