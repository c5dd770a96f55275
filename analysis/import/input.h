/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a trace that somebody else wrote. Nothing is taken from them that is not
 * there, and whatever is wrong is told with its offset in the file.
 */
#ifndef NESTPROF_IMPORT_INPUT_H
#define NESTPROF_IMPORT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define IMP_UNKNOWN UINT64_MAX

/* How much is read at a time: any record, and any format of an event, fits in the smaller. */
#ifndef IMP_WINDOW
#define IMP_WINDOW (256u << 10)
#define IMP_SMALL (128u << 10)
#endif

struct imp_source {
	/* As pread(): how many bytes, 0 at the end, or a negative errno. */
	ssize_t (*read_at)(void *arg, uint64_t offset, void *to, size_t size);
	void *arg;
	uint64_t size; /* IMP_UNKNOWN: of a pipe, which is read in its order, and once */
};

/* The first thing that was wrong. */
struct imp_error {
	char what[160]; /* "": nothing */
	uint64_t offset;
};

/* -EBADMSG. */
int imp_bad(struct imp_error *e, uint64_t offset, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A part of the source, from its beginning to its end, or bytes that are in memory. */
struct imp_input {
	const struct imp_source *source; /* NULL: all is in data */
	struct imp_error *error;
	uint64_t base; /* the offset of data[0] */
	uint64_t end;  /* nothing from there on is read */
	uint8_t *data;
	size_t at, filled, room;
	bool owns;
};

int imp_input_open(struct imp_input *in, const struct imp_source *source, struct imp_error *error,
		   uint64_t from, uint64_t to, size_t room);
/* `offset`: where the bytes came from. They must stay. */
void imp_input_memory(struct imp_input *in, const void *data, size_t size, uint64_t offset,
		      struct imp_error *error);
void imp_input_close(struct imp_input *in);

/* Where it is now: an offset of the source. */
static inline uint64_t imp_at(const struct imp_input *in)
{
	return in->base + in->at;
}

int imp_fetch(struct imp_input *in, size_t n);

/* 1: the next n bytes are at imp_here(); 0: it has ended just here; else a negative errno. */
static inline int imp_more(struct imp_input *in, size_t n)
{
	return in->filled - in->at >= n ? 1 : imp_fetch(in, n);
}

/* The same, where an end is one too early: 0 or a negative errno. */
int imp_need(struct imp_input *in, size_t n);

static inline const uint8_t *imp_here(const struct imp_input *in)
{
	return in->data + in->at;
}

/* Of what imp_more() has fetched. */
static inline void imp_advance(struct imp_input *in, size_t n)
{
	in->at += n;
}

/* Any number of bytes. */
int imp_skip(struct imp_input *in, uint64_t n);

/* Numbers, as x86 writes them. */
int imp_u8(struct imp_input *in, uint8_t *v);
int imp_u16(struct imp_input *in, uint16_t *v);
int imp_u32(struct imp_input *in, uint32_t *v);
int imp_u64(struct imp_input *in, uint64_t *v);
/* A string with its end; what does not fit is left out. */
int imp_string(struct imp_input *in, char *to, size_t size);

static inline uint16_t imp_get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t imp_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t imp_get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#endif
