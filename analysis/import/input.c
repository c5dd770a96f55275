// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are read as they are");

int imp_bad(struct imp_error *e, uint64_t offset, const char *fmt, ...)
{
	va_list args;

	if (e->what[0])
		return -EBADMSG;
	va_start(args, fmt);
	vsnprintf(e->what, sizeof(e->what), fmt, args);
	va_end(args);
	e->offset = offset;
	return -EBADMSG;
}

int imp_input_open(struct imp_input *in, const struct imp_source *source, struct imp_error *error,
		   uint64_t from, uint64_t to, size_t room)
{
	*in = (struct imp_input){ .source = source, .error = error, .base = from, .end = to,
				  .data = malloc(room), .room = room, .owns = true };
	return in->data ? 0 : -ENOMEM;
}

void imp_input_memory(struct imp_input *in, const void *data, size_t size, uint64_t offset,
		      struct imp_error *error)
{
	*in = (struct imp_input){ .error = error, .base = offset, .end = offset + size,
				  .data = (uint8_t *)data, .filled = size, .room = size };
}

void imp_input_close(struct imp_input *in)
{
	if (in->owns)
		free(in->data);
	in->data = NULL;
}

/* What was used makes room; the rest comes to the front. */
static void make_room(struct imp_input *in)
{
	memmove(in->data, in->data + in->at, in->filled - in->at);
	in->base += in->at;
	in->filled -= in->at;
	in->at = 0;
}

/* 1: there is something new; 0: there is no more. */
static int fill(struct imp_input *in)
{
	uint64_t next = in->base + in->filled, left = in->end - next;
	size_t want = in->room - in->filled;
	ssize_t n;

	if (!in->source || next >= in->end)
		return 0;
	n = in->source->read_at(in->source->arg, next, in->data + in->filled,
				want < left ? want : left);
	if (n <= 0)
		return n;
	in->filled += n;
	return 1;
}

int imp_fetch(struct imp_input *in, size_t n)
{
	int more = 1;

	if (n > in->room)
		return imp_bad(in->error, imp_at(in), "the file ends within it, or a length is "
			       "wrong");
	if (in->source)
		make_room(in);
	while (in->filled - in->at < n && (more = fill(in)) > 0)
		;
	if (more < 0)
		return more;
	if (in->filled - in->at >= n)
		return 1;
	return in->filled == in->at ? 0 : imp_bad(in->error, imp_at(in), "it was cut off here");
}

int imp_need(struct imp_input *in, size_t n)
{
	int more = n ? imp_more(in, n) : 1;

	if (!more)
		return imp_bad(in->error, imp_at(in), "it was cut off here");
	return more < 0 ? more : 0;
}

/* What nobody looks at is not read, where that can be. */
static int skip_beyond(struct imp_input *in, uint64_t n)
{
	uint64_t at = imp_at(in), most = in->source->size < in->end ? in->source->size : in->end;

	if (at > most || n > most - at)
		return imp_bad(in->error, at, "a length goes beyond the end of the file");
	in->base = at + n;
	in->at = in->filled = 0;
	return 0;
}

int imp_skip(struct imp_input *in, uint64_t n)
{
	size_t there = in->filled - in->at;
	int err = 0;

	there = n < there ? n : there;
	imp_advance(in, there);
	n -= there;
	if (n && in->source && in->source->size != IMP_UNKNOWN)
		return skip_beyond(in, n);
	while (!err && n) {
		size_t part = n < in->room ? n : in->room;

		err = imp_need(in, part);
		if (!err)
			imp_advance(in, part);
		n -= part;
	}
	return err;
}

#define IMP_NUMBER(name, type, get)                                                                \
	int name(struct imp_input *in, type *v)                                                    \
	{                                                                                          \
		int err = imp_need(in, sizeof(*v));                                                \
                                                                                                   \
		if (err)                                                                           \
			return err;                                                                \
		*v = get(imp_here(in));                                                            \
		imp_advance(in, sizeof(*v));                                                       \
		return 0;                                                                          \
	}

#define imp_get8(p) (*(p))
IMP_NUMBER(imp_u8, uint8_t, imp_get8)
IMP_NUMBER(imp_u16, uint16_t, imp_get16)
IMP_NUMBER(imp_u32, uint32_t, imp_get32)
IMP_NUMBER(imp_u64, uint64_t, imp_get64)

int imp_string(struct imp_input *in, char *to, size_t size)
{
	size_t n = 0;
	uint8_t c;
	int err;

	while (!(err = imp_u8(in, &c)) && c)
		if (n + 1 < size)
			to[n++] = c;
	to[n] = '\0';
	return err;
}
