/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a workload without any guest: its code in this process, on the kernel it is called on. */
#ifndef NESTPROF_RUNNER_NATIVE_H
#define NESTPROF_RUNNER_NATIVE_H

#include <stdint.h>

#include "workloads/runner/l2_code.h"

/* After a warm-up, too. Needs root. fail()s where the code is nothing for a process. */
int native_run(const struct l2_code *code, uint32_t iterations, uint64_t *ticks);

#endif
