/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variants: the same arms, measured on several kernels or CPUs, in one result. An arm of
 * one is named "shadow-off@6.12", and has facts that differ from the other variants'.
 */
#ifndef NESTPROF_RESULT_VARIANT_H
#define NESTPROF_RESULT_VARIANT_H

#include "analysis/result.h"

#define NP_VARIANT '@'

/* "6.12"; "" where an arm is of none. */
const char *np_arm_variant(const char *arm);

/* The arm of that name in that variant, or NULL. */
const struct np_arm_result *np_result_arm_of(const struct np_result *r, const char *arm,
					     const char *variant);

/*
 * Makes the whole of `r` a variant: its arms are renamed, and take the facts that depend
 * on L0's kernel and CPU from the result. -ENAMETOOLONG: no room in the name.
 */
int np_result_make_variant(struct np_result *r, const char *variant);

#endif
