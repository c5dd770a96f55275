// SPDX-License-Identifier: GPL-2.0-only
#include "collector/base/linebuf.h"

#include <stdio.h>
#include <string.h>

static void finish_line(struct linebuf *b, void (*on_line)(const char *, void *), void *arg)
{
	b->line[b->len] = '\0';
	b->len = 0;
	if (b->line[0] == '\0')
		return;
	strcpy(b->tail[b->count++ % LINEBUF_TAIL], b->line);
	if (on_line)
		on_line(b->line, arg);
}

void linebuf_feed(struct linebuf *b, const char *data, size_t n,
		  void (*on_line)(const char *line, void *arg), void *arg)
{
	for (; n; n--, data++) {
		if (*data == '\n')
			finish_line(b, on_line, arg);
		else if (*data != '\r' && *data != '\0' && b->len < LINEBUF_LINE - 1)
			b->line[b->len++] = *data;
	}
}

const char *linebuf_last(const struct linebuf *b)
{
	return b->count ? b->tail[(b->count - 1) % LINEBUF_TAIL] : "";
}

void linebuf_tail(const struct linebuf *b, char *out, size_t size)
{
	unsigned first = b->count > LINEBUF_TAIL ? b->count - LINEBUF_TAIL : 0;
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = first; i < b->count && at < size; i++)
		at += snprintf(out + at, size - at, "%s%s", i > first ? " | " : "",
			       b->tail[i % LINEBUF_TAIL]);
}
