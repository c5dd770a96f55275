/* SPDX-License-Identifier: GPL-2.0-only */
/* What is advised for a result: all its workloads; as text, and as JSON (docs/advise.md). */
#ifndef NESTPROF_ADVISE_REPORT_H
#define NESTPROF_ADVISE_REPORT_H

#include <stdio.h>

#include "analysis/advise.h"

#define NP_ADVICE_SCHEMA "nestprof-advice/1"

struct np_workload_advice {
	char workload[NP_NAME];
	char arm[NP_NAME]; /* that the accesses are of */
	struct np_advice advice;
	/* The same figures from the arm with shadow VMCS on, NaN where it was not measured. */
	double measured_exits, measured_ticks;
};

struct np_advice_report {
	const struct np_calibration *calibration;
	char stale[256]; /* why the calibration should not be used, "" when it should */
	uint32_t nr;
	struct np_workload_advice workload[NP_MAX_WORKLOADS];
	struct np_advice together; /* of all of them */
};

/*
 * Of each workload whose accesses are known, with shadow VMCS off where there is that.
 * warm_up, halts: as in struct np_advise_input. -ENODATA: there is none, and `why` says so.
 */
int np_advice_report(struct np_advice_report *out, const struct np_result *r,
		     const struct np_calibration *c, uint32_t warm_up, uint32_t halts,
		     char *why, size_t size);
void np_advice_report_free(struct np_advice_report *r); /* what is in it */

int np_advice_print(const struct np_advice_report *r, FILE *out);

/* malloc'ed text; NULL when out of memory. */
char *np_advice_to_json(const struct np_advice_report *r);

#endif
