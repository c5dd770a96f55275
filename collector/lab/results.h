/* SPDX-License-Identifier: GPL-2.0-only */
/* What the machines of a run of the lab left, once it has ended. */
#ifndef NESTPROF_LAB_RESULTS_H
#define NESTPROF_LAB_RESULTS_H

#include "analysis/calibration.h"
#include "collector/lab/run.h"

/* The results of all machines, as one. */
int lab_results_collect(const struct lab_config *c, const struct lab_run *run,
			struct np_result **out);

/* What L0 cannot know: that it is emulated, and by what. */
int lab_results_describe(struct np_result *r, const struct lab_config *c);

/* The first machine's calibration, described. */
int lab_results_calibration(const struct lab_config *c, const struct lab_run *run,
			    struct np_calibration **out);

/* What a script left in L0's /out, as it is. */
int lab_results_bring(const struct lab_config *c, const struct lab_run *run, const char *to);

#endif
