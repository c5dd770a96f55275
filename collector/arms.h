/* SPDX-License-Identifier: GPL-2.0-only */
/* The arms of an A/B: what KVM's module is loaded with, and whether the guest is nested. */
#ifndef NESTPROF_ARMS_H
#define NESTPROF_ARMS_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/result.h"

struct ab_arm {
	const char *name;
	enum np_isa isa; /* whose module has these parameters; 0: either's */
	bool nested;
	bool native; /* no guest at all */
	bool is_default; /* runs when none is named; with --turtles, the native one, too */
	uint32_t nr_params;
	struct np_param params[NP_MAX_PARAMS];
};

/* The arm of that name ("single", "shadow-off", "vgif-on"), or NULL. */
const struct ab_arm *ab_find_arm(const char *name);

/* Those of a CPU with that instruction set, in the order they run; NULL past the last one. */
const struct ab_arm *ab_arm_of(enum np_isa isa, uint32_t i);

/* "single, shadow-off, ...": all of them, for messages. */
const char *ab_arm_names(void);

#endif
