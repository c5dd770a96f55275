/* SPDX-License-Identifier: GPL-2.0-only */
/* workloads/manifest.def, as a table. */
#ifndef NESTPROF_WORKLOAD_H
#define NESTPROF_WORKLOAD_H

#include <stdint.h>

struct workload {
	const char *name;
	uint64_t iterations;	 /* when the user gives none */
	const char *stresses;
	const char *exit_reason; /* KVM's name of the L2 exit that each iteration causes */
};

/* In the manifest's order; NULL past the last one. */
const struct workload *workload_at(uint32_t i);
const struct workload *workload_find(const char *name); /* or NULL */

#endif
