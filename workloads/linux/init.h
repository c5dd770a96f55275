/* SPDX-License-Identifier: GPL-2.0-only */
/* Init of a Linux that is L2, for its workloads. */
#ifndef NESTPROF_LINUX_INIT_H
#define NESTPROF_LINUX_INIT_H

#include "workloads/linux/guest.h"

/* The time-stamp counter at main()'s first instructions. */
uint64_t init_began(void);

/* Does what it was started for as a process of some Linux; the exit status. */
int native_main(const char *name, const char *iterations);

/* All that there are. Complains of one that cannot be loaded. */
int load_modules(void);

/* Each is in a file of its own. */
#define WORKLOAD(...)
#define MACRO(name, ...) guest_workload name##_run;
#include "workloads/manifest.def"
#undef WORKLOAD
#undef MACRO

#endif
