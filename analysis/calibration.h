/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What L1's accesses to its VMCS cost on one machine and kernel: measured in sweeps of
 * the micro-hypervisor, which makes 0, 1, 2, 4, ... more of one kind on each exit of L2.
 * docs/calibrate.md has its JSON form, and says how each cost follows from the sweeps.
 */
#ifndef NESTPROF_CALIBRATION_H
#define NESTPROF_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/fit.h"
#include "analysis/result.h"

#define NP_CALIBRATION_SCHEMA "nestprof-calibration/1"
#define NP_MAX_SWEEPS 64
#define NP_MAX_POINTS 16

struct np_point {
	uint32_t times;		   /* so many more per exit of L2 */
	struct np_samples samples; /* round trips, a sample per repetition */
};

struct np_sweep {
	char arm[NP_NAME];
	char access[NP_NAME]; /* "R:6820m", as the micro-hypervisor is told; "": no more at all */
	uint32_t nr_points;
	struct np_point point[NP_MAX_POINTS];
};

/* How L1 accesses a field. */
enum np_form { NP_READ, NP_READ_MEMORY, NP_WRITE, NP_WRITE_MEMORY, NP_FORMS };

static inline enum np_form np_form(bool write, bool memory)
{
	return (enum np_form)(2 * write + memory);
}

/* The first four are of an access, and have one for each form. */
enum np_cost {
	NP_COST_TRAPPED,		       /* shadow VMCS off, any field */
	NP_COST_SHADOWED = NP_FORMS,	       /* on, a field that KVM shadows */
	NP_COST_UNSHADOWED = 2 * NP_FORMS,     /* on, one that it does not */
	NP_COST_READ_ONLY = 3 * NP_FORMS,      /* on, one that it shadows for reading: writes */
	NP_COST_DIRTY = 4 * NP_FORMS,	       /* what the first write of a field that KVM does
						  not shadow costs besides, per round trip */
	NP_COST_OFF,			       /* the round trip with no more accesses */
	NP_COST_ON,
	NP_COST_SYNC,			       /* copies to and from the shadow VMCS, per trip */
	NP_COST_COPY,			       /* of that, one field one way */
	NP_NR_COSTS
};

/* Its name in JSON, and what it is; the sweep whose slope it is, or no access. */
struct np_cost_source {
	const char *key, *words, *arm, *access;
};
/* key is NULL where there is none: a read of a field cannot be one of NP_COST_READ_ONLY. */
extern const struct np_cost_source np_cost_sources[NP_NR_COSTS];

struct np_calibration {
	struct np_result *where; /* the environment, the unit; the arms' parameters alone */
	char date[24];		 /* 2026-11-23T01:15:00Z */
	uint32_t nr_sweeps;
	struct np_sweep sweep[NP_MAX_SWEEPS];
	struct np_estimate cost[NP_NR_COSTS]; /* in ticks */
};

struct np_calibration *np_calibration_new(void);
void np_calibration_free(struct np_calibration *c);

/* NULL: no room. */
struct np_sweep *np_calibration_add(struct np_calibration *c, const char *arm, const char *access);
const struct np_sweep *np_calibration_sweep(const struct np_calibration *c, const char *arm,
					    const char *access);

/* Costs from the sweeps. -ENODATA: one is missing without which nothing can be told. */
int np_calibration_solve(struct np_calibration *c, const char **missing);

/*
 * Whether what was measured there can be predicted with this: the same machine, kernel
 * and parameters. Else -ESTALE, and in `why` the first that differs.
 */
int np_calibration_fits(const struct np_calibration *c, const struct np_result *r,
			const char *arm, char *why, size_t size);

/* malloc'ed text; NULL when out of memory. */
char *np_calibration_to_json(const struct np_calibration *c);

/* Errors as np_result_from_json()'s. The costs are computed from the sweeps again. */
int np_calibration_from_json(const char *text, struct np_calibration **out, char *why, size_t size);

#endif
