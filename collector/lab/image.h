/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lab's image: what is the same for every machine, made once from Debian
 * packages and cached by the hash of what went into it.
 *
 *   CACHE/lock                 one builder at a time
 *   CACHE/current-<recipe>     -> images/<hash>
 *   CACHE/images/<hash>/       image.json, kernel.bin, base.cpio,
 *                              modules/ (for L1's initramfs), bochs/
 */
#ifndef NESTPROF_IMAGE_H
#define NESTPROF_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/fsutil.h"

struct lab_image {
	char dir[NP_PATH];
	char hash[65];
	char kernel_release[64];
	uint32_t kernel_base, kernel_entry;
	uint64_t kernel_end;
	char linux_version[64], qemu_version[64], bochs_version[64], busybox_version[64];
};

/* $NESTPROF_CACHE, else $XDG_CACHE_HOME/nestprof, else ~/.cache/nestprof. */
int lab_cache_dir(char out[NP_PATH]);

/* Finds the image in the cache, or makes it. `update`: fetch again, build if it changed. */
int lab_image_ensure(struct lab_image *image, const char *cache, bool update);

#endif
