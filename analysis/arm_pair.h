/* SPDX-License-Identifier: GPL-2.0-only */
/* Which two arms of a result are compared: what is switched off in one and on in the other. */
#ifndef NESTPROF_ARM_PAIR_H
#define NESTPROF_ARM_PAIR_H

#include <stdint.h>

#include "analysis/result.h"

struct np_arm_pair {
	const char *off, *on; /* names of arms */
	const char *what;     /* "shadow VMCS" */
};

/* The first pair of which the result has an arm; shadow VMCS where it has none of any. */
const struct np_arm_pair *np_arm_pair(const struct np_result *r);

/* Whether it is native, single or of a pair, in whatever variant. */
bool np_arm_is_known(const char *arm);

/* Where an arm stands in a result: native, single, then pair by pair, then the others. */
uint32_t np_arm_rank(const char *arm);

#endif
