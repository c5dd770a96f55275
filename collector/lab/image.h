/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab's image: what is the same for every machine and every kernel, made
 * once from Debian packages and cached by the hash of what went into it.
 *
 *   image.json, base.cpio (QEMU, busybox and libraries, of L0's root),
 *   bochs/ (what runs on this machine: Bochs and depmod), and where it
 *   is wanted qemu/ (the same of QEMU)
 */
#ifndef NESTPROF_IMAGE_H
#define NESTPROF_IMAGE_H

#include <stdbool.h>

#include "collector/lab/cache.h"
#include "collector/lab/recipe.h"

struct lab_image {
	char dir[NP_PATH];
	char hash[65];
	unsigned parts; /* enum image_parts: what it has besides */
	char qemu_version[64], bochs_version[64], busybox_version[64];
};

/* Finds the image in the cache, or makes it. `update`: fetch again, build if it changed. */
int lab_image_ensure(struct lab_image *image, const char *cache, unsigned parts, bool update);

#endif
