/* SPDX-License-Identifier: GPL-2.0-only */
/* Files and folders. All return 0 or a negative errno unless said otherwise. */
#ifndef NESTPROF_FSUTIL_H
#define NESTPROF_FSUTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define NP_PATH 1024

int fs_mkdirs(const char *path);
/* Removes a file or a whole folder; a missing one is no error. */
int fs_remove(const char *path);
/* Whole file, malloc'ed, NUL-terminated. *len may be NULL. Works on /proc and /sys. */
int fs_read(const char *path, char **data, size_t *len);
/* A user's file, whatever that is: -EFBIG when it is larger than any of ours. */
#define FS_MAX_TEXT ((size_t)256 << 20)
int fs_read_text(const char *path, char **text);
/* First line of a small file, without its newline. */
int fs_read_line(const char *path, char *line, size_t size);
int fs_write(const char *path, const void *data, size_t len);
/* Through a temporary beside it and rename(): whole, or not there. Synced. */
int fs_write_atomic(const char *path, const void *data, size_t len);
bool fs_exists(const char *path);
int fs_copy(const char *from, const char *to);
int write_all(int fd, const void *data, size_t len);

/* snprintf into a path buffer; -ENAMETOOLONG instead of a cut-off path. */
int fs_path(char out[NP_PATH], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * nestprof's own data (plots, runner, ...), found from where the binary is: in
 * ../lib/nestprof or ../share/nestprof when it is installed, beside the binary
 * or in the folder above in a checkout. When it is nowhere: where it should be.
 */
int fs_data_path(char out[NP_PATH], const char *name);

#endif
