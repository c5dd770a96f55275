/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `nestprof bench` makes of its round trips: how long an exit takes here, which of
 * the published figures that is nearest to, and what that suggests. docs/bench.md.
 */
#ifndef NESTPROF_BENCH_H
#define NESTPROF_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/published.h"
#include "analysis/result.h"
#include "analysis/stats.h"

/* What is known of the machine without asking its host. */
struct np_bench_machine {
	char backend[NP_NAME]; /* the module behind /dev/kvm; "": not known */
	bool in_vm;	       /* its CPU's flags name a hypervisor */
	uint64_t tsc_khz;      /* 0: not known */
};

/* How far the published figures of one form are: 1 is within them. */
struct np_nearness {
	double factor;			   /* at least 1; infinite: none to be compared with */
	const struct np_published *figure; /* the nearest */
};

enum np_suggestion {
	NP_NOTHING_MEASURED, /* neither CPUID nor VMCALL */
	NP_OTHER_BACKEND,    /* neither VMX nor SVM */
	NP_BARE_METAL,
	NP_NESTED_SVM,	  /* nothing is published to tell more */
	NP_NESTED_TRAPS,  /* L0 lets VMREAD and VMWRITE of this machine trap */
	NP_NESTED_SHADOW, /* ... it does not */
	NP_NESTED_AS_SINGLE, /* as fast as an exit that is not nested */
	NP_NESTED_UNCLEAR,
};

struct np_bench {
	const struct np_result *result; /* one arm, NP_ARM_SINGLE */
	struct np_bench_machine machine;
	struct np_nearness near[NP_NR_FORMS];
	enum np_suggestion suggestion;
};

/* Fills in what follows from the result and the machine. */
void np_bench_judge(struct np_bench *b, const struct np_result *r,
		    const struct np_bench_machine *machine);

/* One sentence or two, wrapped by nobody. */
void np_bench_suggestion(const struct np_bench *b, char *out, size_t size);

double np_bench_nanoseconds(const struct np_bench *b, double ticks); /* NaN: not known */

int np_bench_print(const struct np_bench *b, FILE *out);
/* result.json, and what is said besides under "bench". malloc'ed; NULL without memory. */
char *np_bench_to_json(const struct np_bench *b);

#endif
