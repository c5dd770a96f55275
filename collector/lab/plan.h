/* SPDX-License-Identifier: GPL-2.0-only */
/* Which machines of a run do what. */
#ifndef NESTPROF_LAB_PLAN_H
#define NESTPROF_LAB_PLAN_H

#include "collector/lab/run.h"
#include "collector/selection.h"

/*
 * Fills in the machines, at most so many: their names, and the words that nestprof is given
 * in each. The rest of `c` is there already. `variant`: of several runs, which; or "".
 */
int lab_plan_ab(struct lab_config *c, const struct selection *what, uint32_t machines,
		const char *variant);

/*
 * What of it wants machines with so many CPUs: a round of its own, as emulating a second CPU
 * takes several times as long, and changes figures. False: nothing does.
 */
#define LAB_ROUNDS 2
bool lab_plan_round(const struct selection *what, uint32_t cpus, struct selection *round);

/* One machine that calibrates. */
void lab_plan_calibration(struct lab_config *c);

/*
 * What to call the run with this kernel and CPU where there are several of either: of
 * "6.12" and "corei7_skylake_x" "6.12-skylake_x". NULL: there is but one.
 */
#define LAB_VARIANT 128
void lab_plan_variant(char out[LAB_VARIANT], const char *kernel, const char *cpu);

/* Whether the arms' names have room for it; fail()s. */
int lab_plan_check_variant(const struct selection *what, const char *variant);

#endif
