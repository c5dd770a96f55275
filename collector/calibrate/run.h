/* SPDX-License-Identifier: GPL-2.0-only */
/* A calibration, measured on this host: kvm_intel is loaded for each arm, and put back. */
#ifndef NESTPROF_CALIBRATE_RUN_H
#define NESTPROF_CALIBRATE_RUN_H

#include "analysis/calibration.h"
#include "collector/l1.h"

struct calibrate_config {
	struct l1_config l1; /* the micro-hypervisor */
	uint64_t iterations;
	uint32_t repetitions;
};

/* All but the date. */
int calibrate_run(const struct calibrate_config *config, struct np_calibration *c);

#endif
