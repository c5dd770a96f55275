/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the parts of an image in place, from an unpacked package tree. */
#ifndef NESTPROF_STAGE_H
#define NESTPROF_STAGE_H

#include "collector/lab/image.h"

/* Fills image->dir from `tree`. */
int stage_image(struct lab_image *image, const char *tree);

/* A file, into a folder that is made if it is not there. */
int stage_copy(const char *from_dir, const char *from, const char *to_dir, const char *to);

/* The first that fits a glob's pattern; fail()s when the packages lack it. */
int stage_find(const char *pattern, char out[NP_PATH]);

#endif
