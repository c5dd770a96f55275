/* SPDX-License-Identifier: GPL-2.0-only */
/* The initramfs of L1: the workload runner as its init, and KVM's modules; and that of L2. */
#ifndef NESTPROF_L1_IMAGE_H
#define NESTPROF_L1_IMAGE_H

#include "collector/ko.h"

/*
 * Writes the initramfs to `out`, the same bytes for the same input. The
 * modules (kvm-intel, kvm-amd, whichever there are, with all they depend on)
 * come from `modules_dir`, a folder like /lib/modules/RELEASE, plain or
 * compressed; what modules.builtin lists is not looked for. With `release`
 * not NULL, a module built for another kernel is an error.
 */
int l1_image_build(const char *runner, const char *modules_dir, const char *release,
		   const char *out);

/* L2's, with `guest` as its init, and the modules for its disk. */
int l2_image_build(const char *guest, const char *modules_dir, const char *release,
		   const char *out);
int l2_image_find_modules(struct ko_set *s, const char *modules_dir, const char *release);

/* Another archive's files, too. */
int l1_image_append(const char *image, const char *archive);

#endif
