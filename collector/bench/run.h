/* SPDX-License-Identifier: GPL-2.0-only */
/* The workloads as guests of this machine's own KVM: no tracing, no change to it, no root. */
#ifndef NESTPROF_BENCH_RUN_H
#define NESTPROF_BENCH_RUN_H

#include "analysis/bench.h"

struct bench_config {
	const char *runner;
	uint32_t nr_workloads;
	const char *workloads[NP_MAX_WORKLOADS];
	uint64_t iterations; /* 0: the manifest's */
	uint32_t repetitions;
	uint64_t timeout_s; /* of one repetition */
};

/* What is known of this machine; fail()s when /dev/kvm cannot be used. */
int bench_machine(struct np_bench_machine *m);

/*
 * Fills the arm NP_ARM_SINGLE. A workload that this KVM cannot run, or that hangs, has an
 * error; the others go on. fail()s when there is none that ran.
 */
int bench_run(const struct bench_config *c, struct np_result *r);

#endif
