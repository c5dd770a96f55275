/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose exits are counted and for how long: the options that stat and top share. */
#ifndef NESTPROF_STAT_TARGET_H
#define NESTPROF_STAT_TARGET_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "analysis/stat_model.h"

struct target {
	bool all;	 /* as they were given; at most one of these three */
	uint64_t pid;
	const char *vm;
	pid_t tgid;	 /* by target_find(): only this process's VM; 0: all VMs */
	uint32_t vcpu;	 /* only this one of each VM; NP_ANY_VCPU: all */
	double interval; /* seconds; 0: one for the whole run */
	double duration; /* seconds; 0: until something else ends it */
	bool counts_only;      /* no times: cheaper */
	bool fast_path;	       /* which exits of L2 end in the fast path, too */
	bool shadow_sync;      /* the copies between vmcs12 and the shadow VMCS, too */
	uint32_t phases_every; /* phases of one of so many round trips */
};

#define TARGET_PHASES_EVERY 16
#define TARGET_ALL ((struct target){ .vcpu = NP_ANY_VCPU, .phases_every = TARGET_PHASES_EVERY })
#define TARGET_MIN_SECONDS 0.1
#define TARGET_MAX_SECONDS 1e8

/* An argp child: input is a struct target. whose_argp is a part: whose exits, how long. */
extern const struct argp whose_argp;
extern const struct argp target_argp;

/* The VM that was asked for. On failure says by fail() what there is instead. */
int target_find(struct target *t);

/* A plain decimal number: no sign, no exponent, no "nan"; else argp_error(). */
double target_number(struct argp_state *state, const char *option, const char *arg, double min,
		     double max);

#endif
