/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where results are kept: results/<UTC time>/ with result.json, result.csv
 * the charts and report.html, and results/latest, a link to the newest. What cannot be
 * written fail()s with NP_EXIT_NO_SPACE and the path.
 */
#ifndef NESTPROF_RESULT_DIR_H
#define NESTPROF_RESULT_DIR_H

#include <stdbool.h>

#include "analysis/result.h"
#include "collector/base/fsutil.h"

/* Makes base/YYYYmmdd-HHMMSS, with -2, -3, ... when that is taken. */
int result_dir_create(const char *base, char out[NP_PATH]);

/*
 * Each file is there whole or not at all; a folder that stays empty is
 * removed. Without gnuplot the charts are left out, with a warning.
 */
int result_dir_write(const char *dir, const struct np_result *r, bool charts);

/* Lets base/latest point to dir (one of base's), in one step. */
int result_dir_publish(const char *base, const char *dir);

#endif
