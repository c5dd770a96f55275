/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the parts of a kernel in place (kernels.h lists them). */
#ifndef NESTPROF_KERNEL_STAGE_H
#define NESTPROF_KERNEL_STAGE_H

#include "collector/lab/kernels.h"

/* Fills k->dir; sets release and layout in `k`. */
int kernel_stage(struct lab_kernel *k, const char *kernel, const char *modules,
		 const char *image_dir, enum np_isa isa);

#endif
