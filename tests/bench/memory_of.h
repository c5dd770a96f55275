/* SPDX-License-Identifier: GPL-2.0-only */
/* What memory a process with BPF programs has: its own, and the kernel's for it. In kB. */
#ifndef NESTPROF_MEMORY_OF_H
#define NESTPROF_MEMORY_OF_H

#include <sys/types.h>

struct memory {
	long own, own_peak; /* its pages, but for those of maps */
	int nr_maps, nr_programs;
	long maps, programs; /* what the kernel says that it allocated for them */
};

struct memory memory_of(pid_t pid);

/* own_peak is what comes from now on. */
void memory_forget_peak(pid_t pid);

#endif
