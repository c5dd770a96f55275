/* SPDX-License-Identifier: GPL-2.0-only */
/* What some workloads' VMs have besides a page and a vCPU. */
#ifndef NESTPROF_RUNNER_EXTRAS_H
#define NESTPROF_RUNNER_EXTRAS_H

#include <stdint.h>

#include "workloads/runner/l2_code.h"

/* Interrupt controllers, before there is a vCPU; and what its CPUID says of them. */
int extras_create_irqchip(int vm);
int extras_set_cpuid(int vcpu);

/*
 * The memory that a workload asks for, for so many iterations: all of it there in L1,
 * so that L2's touching a page is all that is new. NULL and size 0: it asks for none.
 */
struct extras_memory {
	void *at;
	uint64_t size;
};
int extras_memory_size(const struct l2_code *code, uint64_t iterations, uint64_t *size);
int extras_add_memory(int vm, const struct l2_code *code, uint64_t iterations,
		      struct extras_memory *memory);
void extras_free_memory(struct extras_memory *memory);

#endif
