/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What shadowing VMCS fields would change, computed from what L1 did and from what that
 * costs (analysis/calibration.h). docs/advise.md explains the model.
 *
 * A cost is linear in how often something happens: so each figure here is a sum of counts
 * times costs, and has its uncertainty from theirs.
 */
#ifndef NESTPROF_ADVISE_H
#define NESTPROF_ADVISE_H

#include "analysis/calibration.h"
#include "analysis/vmcs_field.h"

/* How often what costs something happens, per exit of L2. */
struct np_bill {
	double times[NP_NR_COSTS];
};

/* In ticks. NaN when it takes a cost that was not measured. */
struct np_estimate np_bill_total(const struct np_bill *b, const struct np_calibration *c);

/* L1's accesses to one field, with or without exits, per exit of L2. */
struct np_use {
	uint64_t field;
	double times[NP_FORMS];
};

/* What KVM does with it when shadow VMCS is on. */
enum np_vmcs_shadow np_shadow_of(uint64_t field, unsigned int lacking);

/* Does L1 use it, here? A use in 200 exits of L2 is none. */
bool np_is_used(const struct np_use *use);

/* One access, in a class of fields, with shadow VMCS on: what it is as a cost. */
enum np_cost np_cost_of(enum np_vmcs_shadow class, enum np_form form);

/* Does it exit? */
bool np_exits(enum np_vmcs_shadow class, enum np_form form);

/* One field, and what would change if KVM's list had it otherwise. */
struct np_field_advice {
	struct np_use use;
	enum np_vmcs_shadow is;	      /* what KVM does now, shadow VMCS on */
	const char *lacks;	      /* "pml": why KVM does not shadow it on this CPU; or NULL */
	bool counted;		      /* how often it is used is known */
	struct np_estimate now;	      /* ticks per exit of L2: its accesses, and its copies */
	/* In either class: what would come to that, and its exits. */
	struct np_estimate as[NP_SHADOW_RW + 1];
	double exits[NP_SHADOW_RW + 1];
	enum np_vmcs_shadow best;
	bool proven;		      /* best is better than `is` whatever the errors */
};

struct np_prediction {
	struct np_estimate exits_now, exits_then; /* of L1, per exit of L2 */
	struct np_estimate ticks_now, ticks_then; /* per exit of L2 */
	struct np_estimate accesses, sync;	  /* what comes to it, in ticks */
};

/* A window with its time. */
struct np_advise_input {
	const struct np_workload_result *run;
	bool shadow_on;	      /* which arm it is of */
	unsigned int lacking; /* features of its CPU */
	uint32_t warm_up;     /* iterations of each repetition that are counted, but not timed */
	uint32_t halts;	      /* exits of L2 that end a repetition, or its warm-up */
};

/* The round trip, untraced: the median of the repetitions, per exit of L2. */
struct np_estimate np_ticks_per_exit(const struct np_advise_input *in);

struct np_advice {
	double trips;		/* round trips of L1, per exit of L2 */
	double unknown;		/* accesses of fields that are not known, per exit of L2 */
	bool has_prediction;	/* from shadow VMCS off to on */
	struct np_prediction on;
	uint32_t nr_fields;	/* most that is to be gained first */
	struct np_field_advice *field;
	/* What the best set would change; and of that, fields that are shadowed and not used. */
	struct np_estimate best, idle;
	uint32_t nr_idle;
};

/* -ENODATA: no account, or no accesses. */
int np_advise(struct np_advice *a, const struct np_advise_input *in,
	      const struct np_calibration *c);

/* The fields alone, of them all: an exit of L2 is one of each equally often. */
int np_advise_together(struct np_advice *a, const struct np_advice *const *of, uint32_t n,
		       const struct np_calibration *c);
void np_advice_free(struct np_advice *a); /* what is in it */

#endif
