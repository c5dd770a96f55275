/* SPDX-License-Identifier: GPL-2.0-only */
/* Any file that report reads, written anew: what convert does with its options. */
#ifndef NESTPROF_CONVERT_RUN_H
#define NESTPROF_CONVERT_RUN_H

#include <stdbool.h>

enum convert_to { CONVERT_RECORDING, CONVERT_JSON, CONVERT_CSV, CONVERT_TIMELINE };

struct convert_options {
	const char *file;   /* "-": standard input */
	const char *output; /* "-": standard output */
	enum convert_to to;
	bool force; /* a file that exists is replaced */
};

/* 0, or a negative errno and fail(). */
int convert_run(const struct convert_options *o);

#endif
