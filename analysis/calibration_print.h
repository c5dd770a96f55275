/* SPDX-License-Identifier: GPL-2.0-only */
/* A calibration, for people. */
#ifndef NESTPROF_CALIBRATION_PRINT_H
#define NESTPROF_CALIBRATION_PRINT_H

#include <stdio.h>

#include "analysis/calibration.h"

/* Its costs, each with its uncertainty. */
int np_calibration_print(const struct np_calibration *c, FILE *out);

#endif
