/* SPDX-License-Identifier: GPL-2.0-only */
/* workloads/manifest.def, as a table. */
#ifndef NESTPROF_WORKLOAD_H
#define NESTPROF_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

struct workload {
	const char *name;
	bool basic;	     /* runs when none is named */
	bool macro;	     /* L2 is a Linux that is booted for it */
	bool native;	     /* it can also run without a guest */
	uint32_t cpus;	     /* that L1 and L2 have: 1 or 2 */
	uint64_t iterations; /* when the user gives none: in the lab */
	uint64_t iterations_on_hardware;
	const char *exits;   /* that each iteration causes; the manifest has the language */
	const char *stresses;
};

/* In the manifest's order; NULL past the last one. */
const struct workload *workload_at(uint32_t i);
const struct workload *workload_find(const char *name); /* or NULL */

/*
 * Whether "all" means it: a micro-workload with one CPU. With a second, the lab takes longer
 * for one than for all others together.
 */
bool workload_in_all(const struct workload *w);

#endif
