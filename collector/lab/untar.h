/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes the files out of what a machine sent: a tar stream, gzipped or not. */
#ifndef NESTPROF_UNTAR_H
#define NESTPROF_UNTAR_H

/*
 * Extracts regular files (and the folders they need) below `to`; what would
 * land outside, links and devices are refused. A stream that is cut off is an
 * error; what came before the cut is there.
 */
int untar(const char *tar, const char *to);

/* The same of what this machine made itself: such a stream, or a cpio file. */
int unpack(const char *archive, const char *to);

#endif
