/* SPDX-License-Identifier: GPL-2.0-only */
/* A Linux kernel put into a guest's memory, to be entered by PVH's protocol. */
#ifndef NESTPROF_RUNNER_LINUX_IMAGE_H
#define NESTPROF_RUNNER_LINUX_IMAGE_H

#include <stddef.h>
#include <stdint.h>

struct linux_image {
	const char *kernel; /* a file: ELF */
	const char *initrd;
	const char *cmdline;
};

/* *entry is for RIP, *start for RBX. fail()s. */
int linux_image_load(const struct linux_image *l, char *memory, size_t size, uint32_t *entry,
		     uint32_t *start);

#endif
