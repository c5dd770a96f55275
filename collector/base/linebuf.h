/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes of a console, cut into lines, with the last few of them remembered. */
#ifndef NESTPROF_LINEBUF_H
#define NESTPROF_LINEBUF_H

#include <stddef.h>

#define LINEBUF_LINE 512
#define LINEBUF_TAIL 8

struct linebuf {
	char line[LINEBUF_LINE];
	size_t len;
	char tail[LINEBUF_TAIL][LINEBUF_LINE];
	unsigned count; /* lines so far */
};

/* Calls `on_line` for each finished line (no newline, no CR; overlong ones are cut). */
void linebuf_feed(struct linebuf *b, const char *data, size_t n,
		  void (*on_line)(const char *line, void *arg), void *arg);

/* The last lines, joined by " | ", as one line for an error message. */
void linebuf_tail(const struct linebuf *b, char *out, size_t size);
const char *linebuf_last(const struct linebuf *b);

#endif
