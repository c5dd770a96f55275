/* SPDX-License-Identifier: GPL-2.0-only */
/* L1's initramfs: the workload runner as its init, and KVM's modules. */
#ifndef NESTPROF_L1_IMAGE_H
#define NESTPROF_L1_IMAGE_H

/*
 * Writes the initramfs to `out`, the same bytes for the same input. The
 * modules (kvm-intel, kvm-amd, whichever there are, with all they depend on)
 * come from `modules_dir`, a folder like /lib/modules/RELEASE, plain or
 * compressed; what modules.builtin lists is not looked for. With `release`
 * not NULL, a module built for another kernel is an error.
 */
int l1_image_build(const char *runner, const char *modules_dir, const char *release,
		   const char *out);

#endif
