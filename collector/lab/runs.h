/* SPDX-License-Identifier: GPL-2.0-only */
/* What `nestprof lab` is asked for, and doing it: a run with each kernel and CPU, one result. */
#ifndef NESTPROF_LAB_RUNS_H
#define NESTPROF_LAB_RUNS_H

#include "collector/lab/kernels.h"
#include "collector/lab/run.h"
#include "collector/selection.h"

#define LAB_MAX_VARIANTS 8

struct lab_options {
	struct selection what;
	const char *output, *l0_command;
	uint64_t memory_mib, watchdog_s, machines;
	uint32_t nr_l0, nr_cpus; /* as many as were named */
	struct lab_kernel_choice l0[LAB_MAX_VARIANTS], l1;
	const char *cpu_model[LAB_MAX_VARIANTS];
	bool charts, verbose, keep, update, calibrate;
};

int lab_runs(const struct lab_options *o);

#endif
