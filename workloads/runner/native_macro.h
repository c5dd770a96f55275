/* SPDX-License-Identifier: GPL-2.0-only */
/* A workload with a Linux as L2, without L2: L2's init as a process of this kernel. */
#ifndef NESTPROF_RUNNER_NATIVE_MACRO_H
#define NESTPROF_RUNNER_NATIVE_MACRO_H

#include <stdint.h>

#include "workloads/runner/macros.h"

/* `guest`: that init's file; NULL: there is none. */
int native_macro_run(const char *guest, const char *name, uint32_t iterations,
		     uint32_t timeout_s, uint64_t *ticks);
/* Once, so that nothing is done for the first time when it is measured. */
int native_macro_prepare(const char *guest, const struct macro *m, uint32_t timeout_s);

#endif
