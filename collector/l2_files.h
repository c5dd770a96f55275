/* SPDX-License-Identifier: GPL-2.0-only */
/* What a Linux that is L2 is booted from. */
#ifndef NESTPROF_L2_FILES_H
#define NESTPROF_L2_FILES_H

/*
 * Its kernel, as an ELF file, out of any kernel image with the folder of its modules; and
 * its initramfs. fail()s.
 */
int l2_files_write(const char *kernel, const char *modules, const char *l2_kernel,
		   const char *l2_initrd);

/* Its initramfs, with nestprof's own init. */
int l2_files_write_initrd(const char *path, const char *modules, const char *release);

#endif
