/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernels for L0 and L1, each made once and cached by the hash of what it was
 * made from:
 *
 *   kernel.json    release, package, layout
 *   kernel.bin     flat, for the boot disk of an L0
 *   modules.cpio   KVM's modules for it, of L0's root
 *   vmlinux.cpio   the ELF file, of L0's root, for an L1
 *   modules/       the modules once more, for L1's initramfs, and those for L2's disk
 */
#ifndef NESTPROF_KERNELS_H
#define NESTPROF_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/events.h"
#include "collector/lab/cache.h"

#define KERNEL_DEFAULT "bookworm"

struct lab_kernel {
	char dir[NP_PATH];
	char hash[65];
	char release[65];
	char package[128]; /* version of its Debian package, or which file it is */
	uint32_t base, entry; /* struct boot_disk says what these are */
	uint64_t end;
};

/* Which kernel is wanted, as the user said it. */
struct lab_kernel_choice {
	const char *option;  /* for messages: "--l0-kernel" */
	const char *wanted;  /* a suite, a version, or a file */
	const char *modules; /* its folder of modules, or NULL */
	enum np_isa isa; /* of the CPU it is for: whose module of KVM, with what that needs */
};

/* Finds the kernel in the cache, or makes it with the image's depmod. */
int lab_kernel_ensure(struct lab_kernel *k, const char *cache, const char *image_dir,
		      const struct lab_kernel_choice *choice, bool update);

#endif
