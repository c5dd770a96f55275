/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that a recording goes to. It holds whole frames, whatever happens. */
#ifndef NESTPROF_RECORD_OUTPUT_H
#define NESTPROF_RECORD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output {
	const char *name; /* for messages */
	int fd;
	bool text;	/* lines, not a recording: a terminal may have it */
	bool ours;	/* a file that was created, and is removed when nothing was recorded */
	uint64_t size;	/* of the whole frames in it */
};

#define OUTPUT_NONE ((struct output){ .fd = -1 })

/*
 * A new file; "-" is standard output. A file that exists already is in nobody's
 * way: without `force` it is an error, with it the old one is removed (who is
 * writing or reading it keeps it). Devices and pipes are written to. 0, or a
 * negative errno and fail().
 */
int output_open(struct output *o, const char *path, bool force);
/* The same for text. */
int output_open_text(struct output *o, const char *path, bool force);

/* A rec_sink. On failure says by fail() what is wrong; -EPIPE alone is not told. */
int output_write(void *output, const void *data, size_t size);

/* With `keep`, a failure to write what the kernel still had is told, too. */
int output_close(struct output *o, bool keep);

#endif
