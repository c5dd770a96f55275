/* SPDX-License-Identifier: GPL-2.0-only */
/* The parameters of KVM's module, as the record of an arm that was measured with them. */
#ifndef NESTPROF_ARM_PARAMS_H
#define NESTPROF_ARM_PARAMS_H

#include "collector/ab.h"

/*
 * Those that the arm sets, as the module has them now; and of the others those that what
 * an exit costs depends on, where this kernel has them.
 */
int arm_params_record(const struct ab_arm *arm, struct np_arm_result *out);

#endif
