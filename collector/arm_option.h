/* SPDX-License-Identifier: GPL-2.0-only */
/* An arm as the user says it: NAME:PARAMETER=VALUE,... */
#ifndef NESTPROF_ARM_OPTION_H
#define NESTPROF_ARM_OPTION_H

#include <stddef.h>

#include "collector/ab.h"

/*
 * Cuts `text`, which it changes and `arm` keeps pointing to. The word "single" among the
 * parameters makes it the same code as a plain guest of L0. nested=1 goes without saying.
 * -EINVAL, and in `why` what is wrong with it.
 */
int arm_option_parse(char *text, struct ab_arm *arm, char *why, size_t why_size);

/* The same again, for another nestprof's command line. -E2BIG. */
int arm_option_print(const struct ab_arm *arm, char *out, size_t size);

#endif
