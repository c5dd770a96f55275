/* SPDX-License-Identifier: GPL-2.0-only */
/* Text, line by line, to a file that holds whole lines. */
#ifndef NESTPROF_CONVERT_TEXT_H
#define NESTPROF_CONVERT_TEXT_H

#include "collector/record/output.h"

#define TEXT_ROOM 65536
#define TEXT_LINE 1024 /* no longer than this */

struct text {
	struct output *out;
	size_t n;
	char data[TEXT_ROOM];
};

/* A part of a line, or a whole one. */
void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* After a whole line: 0, or what output_write() returns. */
int text_line(struct text *t);
int text_flush(struct text *t);

/* Numbers are most of what there is. */
void text_u64(struct text *t, uint64_t v);
void text_string(struct text *t, const char *s);

/* A string as JSON has it, quotes included; the caller's to free. NULL: no memory. */
char *text_json(const char *s);

#endif
