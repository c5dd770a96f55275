/* SPDX-License-Identifier: GPL-2.0-only */
/* The workloads with a Linux as L2, of workloads/manifest.def. */
#ifndef NESTPROF_RUNNER_MACROS_H
#define NESTPROF_RUNNER_MACROS_H

#include <stdint.h>

#include "workloads/runner/linux_vm.h"

struct macro {
	const char *name;
	enum np_macro which;
	uint32_t warm_up; /* iterations of a run that is not measured */
};

const struct macro *macro_find(const char *name); /* or NULL */

/*
 * All iterations, in timeout_s: of "boot" each is a VM, and the last one stays; what comes
 * then runs in it.
 */
int macro_run(const struct linux_files *f, const struct macro *m, uint32_t iterations,
	      uint32_t timeout_s, uint64_t *ticks);
/*
 * Boots a Linux, if none is up, and warms up there what did not run there yet; for "boot",
 * ends the one that is up: its VM is not to be counted for the new one.
 */
int macro_prepare(const struct linux_files *f, const struct macro *m, uint32_t timeout_s);
/* Ends the one that is up, if any. */
void macro_end(void);

#endif
