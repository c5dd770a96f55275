/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that may be a recording, perf's or trace-cmd's: its first bytes tell. */
#ifndef NESTPROF_RECORD_TRACE_FILE_H
#define NESTPROF_RECORD_TRACE_FILE_H

#include "analysis/import/import.h"

struct trace_file {
	const char *name; /* for messages */
	int fd;
	enum import_kind kind;
	uint8_t begin[IMPORT_TELLING];
	size_t nr_begin;
	size_t given; /* of them, to who reads in order */
	struct imp_source source;
};

/* "-" is standard input. 0, or a negative errno and fail(); then close it as well. */
int trace_file_open(struct trace_file *f, const char *path);
/* As read(), of a struct trace_file; ends with -EINTR on a signal. */
ssize_t trace_file_read(void *file, void *to, size_t size);
void trace_file_close(struct trace_file *f);

#endif
