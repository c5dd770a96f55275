/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM whose guest is a whole Linux, with its init (workloads/linux/), for workloads. */
#ifndef NESTPROF_RUNNER_LINUX_VM_H
#define NESTPROF_RUNNER_LINUX_VM_H

#include <stdint.h>

#include "workloads/linux/guest.h"

struct linux_files {
	const char *kernel, *initrd;
};

struct linux_vm;

/*
 * All fail(), also with what the guest complained of; then there is no VM, or its use is
 * over. *ticks: of a boot, from the first instruction until init runs; else the workload's.
 */
int linux_boot(struct linux_vm **out, const struct linux_files *f, uint64_t *ticks);
int linux_run(struct linux_vm *v, enum np_macro which, const char *name, uint32_t iterations,
	      uint64_t *ticks);
void linux_end(struct linux_vm *v); /* safe on NULL */

/* From now: whatever has not ended by then is given up. 0: no more. */
void linux_set_timeout(uint32_t seconds);

#endif
