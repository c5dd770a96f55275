/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a calibration: the file, and a page on stdout. */
#ifndef NESTPROF_CALIBRATE_PUBLISH_H
#define NESTPROF_CALIBRATE_PUBLISH_H

#include "analysis/calibration.h"

#define CALIBRATION_FILE "calibration.json"

/* Solves and dates it, writes dir/CALIBRATION_FILE, and prints the costs. */
int calibration_publish(struct np_calibration *c, const char *dir);

/* Reads one; fail()s with what is wrong with it. */
int calibration_read(const char *path, struct np_calibration **out);

#endif
