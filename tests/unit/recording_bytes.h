/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings in memory, for tests: written, changed, and read again. */
#ifndef NESTPROF_RECORDING_BYTES_H
#define NESTPROF_RECORDING_BYTES_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/recording/reader.h"
#include "analysis/recording/writer.h"

struct bytes {
	uint8_t *data;
	size_t size, at;
	size_t end_of_frame[64]; /* of the first frames */
	uint32_t nr_frames;
	size_t room; /* the disk is full then; 0: it is endless */
};

static int bytes_write(void *arg, const void *data, size_t size)
{
	struct bytes *b = arg;

	if (b->room && b->size + size > b->room)
		return -ENOSPC;
	b->data = realloc(b->data, b->size + size);
	assert_non_null(b->data);
	memcpy(b->data + b->size, data, size);
	b->size += size;
	if (b->nr_frames < 64)
		b->end_of_frame[b->nr_frames++] = b->size;
	return 0;
}

/* Not more than so many bytes at once: as a pipe gives them. */
#define BYTES_AT_ONCE 1000

static inline ssize_t bytes_read(void *arg, void *data, size_t size)
{
	struct bytes *b = arg;
	size_t n = b->size - b->at;

	if (n > size)
		n = size;
	if (n > BYTES_AT_ONCE)
		n = BYTES_AT_ONCE;
	if (n)
		memcpy(data, b->data + b->at, n);
	b->at += n;
	return n;
}

static inline void bytes_free(struct bytes *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

#endif
