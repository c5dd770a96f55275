/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An A/B run on this machine: arms (module parameters, nested or not) times
 * workloads, each untraced and traced.
 */
#ifndef NESTPROF_AB_H
#define NESTPROF_AB_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/result.h"
#include "collector/arms.h"
#include "collector/l1.h"


struct ab_config {
	uint32_t nr_arms;
	const struct ab_arm *arms[NP_MAX_ARMS];
	uint32_t nr_workloads;
	const char *workloads[NP_MAX_WORKLOADS];
	uint64_t iterations;  /* 0: the manifest's */
	bool emulated;	      /* ... for the lab */
	uint32_t cpus;	      /* that there are for L1 */
	uint32_t repetitions; /* of each window */
	uint32_t passes;      /* of the untraced windows, at most; see ab_run() */
	double precision;     /* a share: narrower than this, intervals are narrow enough */
	bool verify;	      /* one more window, counted by ftrace and debugfs too */
	bool fields;	      /* which VMCS fields L1 accesses in the traced windows */
	bool times;	      /* where time and cycles go, in windows of their own */
	uint32_t nr_tracers;
	const char *tracers[NP_MAX_TRACERS]; /* one more window each */
	struct l1_config l1;
	bool micro; /* L1 is the micro-hypervisor */
	const char *l1_sequence; /* what it does besides; NULL: nothing */
};

/*
 * Runs everything and fills `r`; the host's parameters are put back on every way out.
 * With more passes the arms are visited again, untraced, forth and back (A B B A ...), so
 * that what drifts meanwhile falls on all alike: until the median of each workload is
 * known to `precision`, or there were so many passes.
 */
int ab_run(const struct ab_config *c, struct np_result *r);

#endif
