/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an emulated machine boots: a kernel, its initramfs and its command line; and the
 * disk that Bochs boots it from; workloads/lab/bootinfo.h says how.
 */
#ifndef NESTPROF_BOOT_DISK_H
#define NESTPROF_BOOT_DISK_H

#include <stdint.h>

#define BOOT_DISK_MAX_PARTS 4

struct boot_disk {
	const char *kernel; /* file: the flat kernel (kernel_image_flatten) */
	uint32_t kernel_base, kernel_entry;
	uint64_t kernel_end;
	const char *elf; /* the same kernel as boot/vmlinux in a cpio file; not on the disk */
	const char *initrd[BOOT_DISK_MAX_PARTS]; /* cpio files, unpacked in this order */
	const char *cmdline;
};

/* fail()s when the disk is full or a part cannot be read. */
int boot_disk_write(const struct boot_disk *d, const char *path);

#endif
