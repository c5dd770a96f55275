/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a workload whose guest is a whole Linux, with its init (workloads/linux/). */
#ifndef NESTPROF_RUNNER_LINUX_VM_H
#define NESTPROF_RUNNER_LINUX_VM_H

#include <stdint.h>

struct linux_files {
	const char *kernel, *initrd;
};

/* In a VM that is made and booted for it. fail()s, also with what the guest complained of. */
int linux_run(const struct linux_files *f, const char *workload, uint32_t iterations,
	      uint64_t *ticks);

/* From now: whatever has not ended by then is given up. 0: no more. */
void linux_set_timeout(uint32_t seconds);

#endif
