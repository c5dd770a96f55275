// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/perf_zstd.h"

#include <errno.h>
#include <stdlib.h>

#include <zstd.h>

#define ROOM (256u << 10)
#define PIECE 65536u
/* perf compresses with level 1 unless told otherwise; 20 and more would need more. */
#define MAX_WINDOW 24
/* No trace can be compressed better than this; what claims to be was made to hurt. */
#define MAX_RATIO 1000u

struct perf_zstd {
	ZSTD_DCtx *context;
	struct imp_error *error;
	uint8_t piece[PIECE];
	ZSTD_inBuffer in;
	uint64_t offset;
	uint64_t fed, made;
	uint8_t out[ROOM];
	size_t at, filled;
};

struct perf_zstd *perf_zstd_new(struct imp_error *error)
{
	struct perf_zstd *z = malloc(sizeof(*z));

	if (!z)
		return NULL;
	z->context = ZSTD_createDCtx();
	z->error = error;
	z->in = (ZSTD_inBuffer){ z->piece, 0, 0 };
	z->at = z->filled = 0;
	z->fed = z->made = 0;
	if (z->context &&
	    !ZSTD_isError(ZSTD_DCtx_setParameter(z->context, ZSTD_d_windowLogMax, MAX_WINDOW)))
		return z;
	perf_zstd_free(z);
	return NULL;
}

void perf_zstd_free(struct perf_zstd *z)
{
	if (!z)
		return;
	ZSTD_freeDCtx(z->context);
	free(z);
}

int perf_zstd_feed(struct perf_zstd *z, const uint8_t *piece, size_t size, uint64_t offset)
{
	if (size > PIECE)
		return imp_bad(z->error, offset, "a compressed record is too long");
	memcpy(z->piece, piece, size);
	z->in = (ZSTD_inBuffer){ z->piece, size, 0 };
	z->offset = offset;
	z->fed += size;
	return 0;
}

/* Up to the end of the piece, of the room, or of a frame within it. */
static int decompress(struct perf_zstd *z)
{
	ZSTD_outBuffer out = { z->out, ROOM, z->filled };
	size_t left = ZSTD_decompressStream(z->context, &out, &z->in);

	if (ZSTD_isError(left))
		return imp_bad(z->error, z->offset, "it cannot be decompressed: %s",
			       ZSTD_getErrorName(left));
	z->made += out.pos - z->filled;
	z->filled = out.pos;
	if (z->made / MAX_RATIO > z->fed + ROOM)
		return imp_bad(z->error, z->offset, "it is compressed to an absurd degree");
	return 0;
}

int perf_zstd_more(struct perf_zstd *z)
{
	size_t before = z->filled - z->at, used;
	int err;

	memmove(z->out, z->out + z->at, before);
	z->filled = before;
	z->at = 0;
	do {
		used = z->in.pos;
		err = decompress(z);
	} while (!err && z->filled == before && z->in.pos > used);
	return err ?: z->filled > before;
}

const uint8_t *perf_zstd_here(const struct perf_zstd *z, size_t *size)
{
	*size = z->filled - z->at;
	return z->out + z->at;
}

void perf_zstd_advance(struct perf_zstd *z, size_t n)
{
	z->at += n;
}
