/* SPDX-License-Identifier: GPL-2.0-only */
/* Packs a folder as an uncompressed initramfs, the same bytes every time. */
#ifndef NESTPROF_CPIO_H
#define NESTPROF_CPIO_H

/*
 * Sorted, owned by root, without times. Uncompressed: an emulated CPU copies
 * faster than it decompresses.
 */
int cpio_pack(const char *folder, const char *out);

#endif
