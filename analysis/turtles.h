/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Turtles report: what nesting costs over a guest without and with shadow VMCS, beside
 * the figures of the paper, where the time goes, and what a model of the hardware adds.
 * docs/turtles.md has the formulas. Measured and modelled figures share no column.
 */
#ifndef NESTPROF_TURTLES_H
#define NESTPROF_TURTLES_H

#include <stdio.h>

#include "analysis/result.h"
#include "analysis/rows.h"
#include "analysis/uarch.h"

#define NP_TURTLES_SCHEMA "nestprof-turtles/1"

/* The paper's figures for a workload; NaN where it has none. Overheads are ratios. */
struct np_turtles_paper {
	const char *benchmark; /* that they are of; NULL: of the same as here */
	double overhead_off, overhead_on, exits_off, exits_on;
};
void np_turtles_paper(const char *workload, struct np_turtles_paper *p);
/* 1 - on / off; NaN where there is nothing to be reduced. */
double np_turtles_reduction(double overhead_off, double overhead_on);
/* The workloads that are like a benchmark of its; NULL past the last one. */
const char *np_turtles_paper_workload(uint32_t i);

/* Of one iteration: how many exits, each with the entry that follows. */
struct np_transitions {
	double l2;    /* of L2 */
	double vmcs;  /* of L1, by VMREAD and VMWRITE */
	double other; /* of L1 for another reason; in the arm single: of the guest */
};
/* NaN in all without a count. */
void np_turtles_transitions(const struct np_workload_result *w, struct np_transitions *t);

/* The model: an instruction is a cycle, and each transition `cycles` more. */
double np_turtles_model(double ticks, const struct np_transitions *t, double cycles);

/* The tables; NULL when out of memory. The last two want a uarch, and a result that has a model. */
struct np_rows *np_turtles_overheads(const struct np_result *r);
struct np_rows *np_turtles_native(const struct np_result *r); /* what the arm native ran */
struct np_rows *np_turtles_places(const struct np_result *r);
struct np_rows *np_turtles_modelled_trips(const struct np_result *r, const struct np_uarch *u);
struct np_rows *np_turtles_modelled(const struct np_result *r, const struct np_uarch *u);

/* Names what is off and on; `title` has room for the longest. */
#define NP_TURTLES_TITLE 200
const char *np_turtles_overheads_title(const struct np_result *r, char title[NP_TURTLES_TITLE]);
extern const char np_turtles_places_title[];
extern const char np_turtles_native_title[];
/* Why there are no shares of cycles; NULL: there are, or the result has no place for them. */
const char *np_turtles_no_cycles(const struct np_result *r);
extern const char np_turtles_trips_title[], np_turtles_modelled_title[];

/* Whether the model has something to say of this result. */
bool np_turtles_has_model(const struct np_result *r, const struct np_uarch *u);

/* uarch: NULL for none. */
int np_turtles_print(const struct np_result *r, const struct np_uarch *u, FILE *out);
char *np_turtles_to_json(const struct np_result *r, const struct np_uarch *u);

#endif
