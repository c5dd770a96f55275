/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a workload as a guest of the kernel it is called on. */
#ifndef NESTPROF_VM_H
#define NESTPROF_VM_H

#include <stdint.h>

#include "workloads/runner/l2_code.h"

/* In a VM of its own, after a warm-up. fail()s with what KVM refused or answered. */
int vm_run(const struct l2_code *code, uint32_t iterations, uint64_t *ticks);

#endif
