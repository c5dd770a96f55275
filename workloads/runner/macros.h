/* SPDX-License-Identifier: GPL-2.0-only */
/* The workloads with a Linux as L2, of workloads/manifest.def. */
#ifndef NESTPROF_RUNNER_MACROS_H
#define NESTPROF_RUNNER_MACROS_H

#include <stdint.h>

#include "workloads/runner/linux_vm.h"

struct macro {
	const char *name;
	enum np_macro which;
};

const struct macro *macro_find(const char *name); /* or NULL */

/*
 * All iterations, in timeout_s: of "boot" each is a VM, and the last one stays; what comes
 * then runs in it.
 */
int macro_run(const struct linux_files *f, const struct macro *m, uint32_t iterations,
	      uint32_t timeout_s, uint64_t *ticks);
/* Boots a Linux, if none is up. */
int macro_prepare(const struct linux_files *f, uint32_t timeout_s);
/* Ends the one that is up, if any. */
void macro_end(void);

#endif
