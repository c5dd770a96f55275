/* SPDX-License-Identifier: GPL-2.0-only */
/* A result as the user names it: a folder, or its result.json. */
#ifndef NESTPROF_RESULT_FILE_H
#define NESTPROF_RESULT_FILE_H

#include "analysis/result.h"
#include "collector/base/fsutil.h"

/* A folder's is in it. */
int result_file_path(const char *given, char path[NP_PATH]);

/* fail()s with the file's name and what is wrong with it. */
int result_file_read(const char *path, struct np_result **out);

#endif
