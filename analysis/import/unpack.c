// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/unpack.h"

#include <errno.h>
#include <stdlib.h>

#include <zlib.h>
#include <zstd.h>

/* Ring buffers cannot be compressed better than this; what claims to be was made to hurt. */
#define MAX_RATIO 2000u
#define MOST_STORED (8u << 20)

struct imp_unpack {
	ZSTD_DCtx *zstd; /* NULL: zlib */
	uint8_t *stored;
	size_t room;
};

struct imp_unpack *imp_unpack_new(const char *name)
{
	bool zstd = !strcmp(name, "zstd");
	struct imp_unpack *u;

	if (!zstd && strcmp(name, "zlib"))
		return NULL;
	u = calloc(1, sizeof(*u));
	if (u && zstd)
		u->zstd = ZSTD_createDCtx();
	if (!u || !zstd || u->zstd)
		return u;
	free(u);
	return NULL;
}

void imp_unpack_free(struct imp_unpack *u)
{
	if (!u)
		return;
	ZSTD_freeDCtx(u->zstd);
	free(u->stored);
	free(u);
}

static int grow(uint8_t **data, size_t *room, size_t size)
{
	uint8_t *more;

	if (size <= *room)
		return 0;
	more = realloc(*data, size);
	if (!more)
		return -ENOMEM;
	*data = more;
	*room = size;
	return 0;
}

static int read_stored(struct imp_unpack *u, struct imp_input *in, size_t size)
{
	int err = grow(&u->stored, &u->room, size);
	size_t at = 0;

	while (!err && at < size) {
		size_t part = size - at < in->room ? size - at : in->room;

		err = imp_need(in, part);
		if (err)
			break;
		memcpy(u->stored + at, imp_here(in), part);
		imp_advance(in, part);
		at += part;
	}
	return err;
}

static bool unpack(struct imp_unpack *u, size_t stored, struct imp_piece *to)
{
	unsigned long size = to->size;
	size_t n;

	if (!u->zstd)
		return uncompress(to->data, &size, u->stored, stored) == Z_OK && size == to->size;
	n = ZSTD_decompressDCtx(u->zstd, to->data, to->size, u->stored, stored);
	return !ZSTD_isError(n) && n == to->size;
}

int imp_unpack_piece(struct imp_unpack *u, struct imp_input *in, size_t most,
		     struct imp_piece *to)
{
	uint64_t offset = imp_at(in);
	uint32_t stored, size;
	int err = imp_u32(in, &stored);

	err = err ?: imp_u32(in, &size);
	if (err)
		return err;
	if (!size || size > most || stored > MOST_STORED || size / MAX_RATIO > stored)
		return imp_bad(in->error, offset, "what is compressed has absurd lengths");
	err = read_stored(u, in, stored);
	err = err ?: grow(&to->data, &to->room, size);
	if (err)
		return err;
	to->size = size;
	return unpack(u, stored, to) ? 0 : imp_bad(in->error, offset, "it cannot be decompressed");
}
