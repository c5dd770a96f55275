/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of the lab: a folder of its own under the cache, some machines side
 * by side, each running nestprof in its L0 with words of its own.
 */
#ifndef NESTPROF_LAB_RUN_H
#define NESTPROF_LAB_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/lab/emulator.h"
#include "collector/lab/image.h"
#include "collector/lab/kernels.h"

#define LAB_MAX_MACHINES 4

struct lab_config {
	const struct lab_image *image;
	const struct lab_kernel *l0, *l1; /* no l1: the micro-hypervisor */
	const char *cache;
	const struct emulator *emulator;
	const char *cpu_model; /* one that it knows */
	uint32_t cpus;	       /* of each machine */
	bool linux_l2; /* a Linux is L2: L1's kernel */
	uint32_t memory_mib;
	double silence_s;
	bool verbose;
	const char *l0_command; /* a script that L0 runs instead of nestprof; or NULL */
	bool keep; /* leave the run's folder, and say where it is */
	uint32_t nr_machines;
	char name[LAB_MAX_MACHINES][64];
	char words[LAB_MAX_MACHINES][1024]; /* what nestprof is given */
};

struct lab_run;

/* Runs all machines to their end. On failure all are ended. */
int lab_run(struct lab_run **run, const struct lab_config *c);

/* The folder that machine i's results were unpacked to. */
const char *lab_run_results(const struct lab_run *run, uint32_t i);

/* Removes the run's folder (unless kept). Safe on NULL. */
void lab_run_free(struct lab_run *run);

#endif
