/* SPDX-License-Identifier: GPL-2.0-only */
/* The sweeps of a calibration: on this host, for either arm. */
#ifndef NESTPROF_CALIBRATE_SWEEPS_H
#define NESTPROF_CALIBRATE_SWEEPS_H

#include "analysis/calibration.h"
#include "collector/l1.h"

/* Each point of the arm's sweeps, and the round trip with no more accesses: once more. */
int sweeps_measure(struct l1 *l1, const char *arm, uint64_t iterations, struct np_calibration *c);

#endif
