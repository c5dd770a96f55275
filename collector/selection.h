/* SPDX-License-Identifier: GPL-2.0-only */
/* What `ab` and `lab` are asked to run: the options that both have. */
#ifndef NESTPROF_SELECTION_H
#define NESTPROF_SELECTION_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/uarch.h"
#include "collector/ab.h"

struct selection {
	uint32_t nr_arms;
	const struct ab_arm *arms[NP_MAX_ARMS];
	uint32_t nr_custom; /* arms of --arm */
	struct ab_arm custom[NP_MAX_ARMS];
	bool arms_said; /* by --arms */
	uint32_t nr_workloads;
	const char *workloads[NP_MAX_WORKLOADS];
	uint64_t iterations; /* 0: the manifest's */
	uint32_t repetitions;
	uint32_t passes; /* 0: not said */
	double precision; /* a share */
	uint64_t timeout_s; /* of a workload; 0: not said */
	bool verify;
	bool fields; /* which VMCS fields L1 accesses */
	bool turtles; /* where time and cycles go, too, and the Turtles report */
	const struct np_uarch *uarch; /* whose exits the report adds; NULL: nobody's */
	uint32_t nr_tracers;
	const char *tracers[NP_MAX_TRACERS];
	bool micro;		 /* L1 is the micro-hypervisor, not Linux */
	const char *l1_sequence; /* what it does besides, per exit of L2; NULL: nothing */
};

/* The basic workloads, and no arms yet. */
void selection_init(struct selection *s);

/* An argp child: input is a struct selection. */
extern const struct argp selection_argp;

/* With the defaults of that CPU's arms; fail()s when what is selected does not fit it. */
int selection_finish(struct selection *s, enum np_isa isa);

/* Takes a workload out; false: it is not among them. */
bool selection_leave_out(struct selection *s, const char *workload);

/* Whether a workload is among them whose L2 is a Linux. */
bool selection_has_macro(const struct selection *s);
/* ... or that wants two CPUs. */
bool selection_has_second_cpu(const struct selection *s);

/* As words for another nestprof's command line, with some of the arms. */
int selection_to_words(const struct selection *s, uint32_t nr_arms,
		       const struct ab_arm *const arms[], char *out, size_t size);

#endif
