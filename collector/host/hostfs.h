/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's files (/sys, /proc, /run, /dev), by their absolute path. Tests
 * put a tree of their own under them.
 */
#ifndef NESTPROF_HOSTFS_H
#define NESTPROF_HOSTFS_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/base/fsutil.h"

/* The folder that stands for "/"; "" is the real one. */
void host_set_root(const char *root);

int host_path(char out[NP_PATH], const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool host_exists(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* As fs_read() and fs_read_line(). */
int host_read(char **data, size_t *len, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int host_read_line(char *line, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The kernel's release, as uname -r. */
int host_release(char *release, size_t size);

/* Finds a program in PATH; false when it is not there. */
bool host_program(char out[NP_PATH], const char *name);

#endif
