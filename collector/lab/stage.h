/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the parts of an image in place, from an unpacked package tree. */
#ifndef NESTPROF_STAGE_H
#define NESTPROF_STAGE_H

#include "collector/lab/image.h"

/* Fills image->dir from `tree`; sets the kernel's facts in `image`. */
int stage_image(struct lab_image *image, const char *tree);

#endif
