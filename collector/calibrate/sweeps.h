/* SPDX-License-Identifier: GPL-2.0-only */
/* The sweeps of a calibration: on this host, for either arm. */
#ifndef NESTPROF_CALIBRATE_SWEEPS_H
#define NESTPROF_CALIBRATE_SWEEPS_H

#include "analysis/calibration.h"
#include "collector/l1.h"

/* With no more accesses, and with each sweep's; each once more. */
int sweeps_measure(struct l1 *l1, const char *arm, uint64_t iterations, struct np_calibration *c);

#endif
