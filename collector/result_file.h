/* SPDX-License-Identifier: GPL-2.0-only */
/* A result that ab or lab wrote, read again. */
#ifndef NESTPROF_RESULT_FILE_H
#define NESTPROF_RESULT_FILE_H

#include <stdbool.h>

#include "analysis/result.h"
#include "collector/base/fsutil.h"

/* A folder's is in it. */
int result_file_path(const char *given, char path[NP_PATH]);

/* fail()s with what is wrong with it. */
int result_file_read(const char *path, struct np_result **out);

/* calibration.json beside the result; else in the folder above, where calibrate puts it. */
int result_file_calibration(const char *result, char path[NP_PATH]);

/* Whether `given` is meant as a result: a folder that has one, or JSON. */
bool result_file_is(const char *given);

#endif
