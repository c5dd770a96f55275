/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM's second vCPU, in a thread of its own, for workloads with NP_L2_SECOND. */
#ifndef NESTPROF_RUNNER_SECOND_H
#define NESTPROF_RUNNER_SECOND_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#include "workloads/runner/machine.h"

struct second {
	struct machine m;
	pthread_t thread;
	bool runs;
	volatile bool stop, failed;
	struct kvm_run *first;
	pthread_t firsts_thread;
	cpu_set_t ours; /* where the first may run besides */
	cpu_set_t cpu;
};
#define SECOND_NONE ((struct second){ .m = MACHINE_NONE })

/* Each vCPU gets a CPU to itself. fail()s where there is but one, as `name` needs two. */
int second_create(struct second *s, const struct machine *first, const char *name);

/* Enters the workload, and runs until second_stop(). If it failed, the first comes back, too. */
int second_start(struct second *s);
void second_stop(struct second *s);

/* Also stops it, and lets the first run where it could before. Safe on SECOND_NONE. */
void second_destroy(struct second *s);

#endif
