/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Linux kernel as memory holds it: taken out of a bzImage (any compression
 * libarchive knows) or an ELF file, ready to be entered by PVH's protocol.
 */
#ifndef NESTPROF_KERNEL_IMAGE_H
#define NESTPROF_KERNEL_IMAGE_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#define KERNEL_LARGEST (512u << 20)

struct kernel_image {
	char *elf; /* the vmlinux, without sections and what only they name */
	size_t elf_size;
	char release[65];  /* "6.1.0-1-amd64"; "" if it does not tell */
	uint32_t entry;	   /* physical address of the PVH entry point */
	uint64_t base;	   /* lowest physical address of a segment */
	uint64_t end;	   /* just above the highest, .bss included */
	uint64_t file_end; /* ... without what is only zero */
};

/* fail()s with the path and what is wrong with it. */
int kernel_image_load(struct kernel_image *k, const char *path);

/* The program headers, or NULL; and the rest of the struct, from `elf` alone. */
const Elf64_Phdr *kernel_image_segments(const struct kernel_image *k, unsigned *n);
int kernel_image_layout(struct kernel_image *k);

/* The segments at their places: file_end - base bytes, malloc'ed. */
int kernel_image_flatten(const struct kernel_image *k, char **flat, size_t *size);

/* ... to memory whose first byte is `base`; what is zero there already is not written. */
void kernel_image_place(const struct kernel_image *k, char *at);

void kernel_image_free(struct kernel_image *k);

#endif
