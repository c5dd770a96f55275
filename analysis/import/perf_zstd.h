/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * perf record -z: records that hold a piece of a stream each; decompressed, the stream is
 * records again, which go on from one piece to the next.
 */
#ifndef NESTPROF_IMPORT_PERF_ZSTD_H
#define NESTPROF_IMPORT_PERF_ZSTD_H

#include "analysis/import/input.h"

struct perf_zstd;

struct perf_zstd *perf_zstd_new(struct imp_error *error);
void perf_zstd_free(struct perf_zstd *z);

/* The next piece, which was at this offset; the one before was used up. */
int perf_zstd_feed(struct perf_zstd *z, const uint8_t *piece, size_t size, uint64_t offset);
/* 1: there is more than before at perf_zstd_here(); 0: the piece is used up. */
int perf_zstd_more(struct perf_zstd *z);
const uint8_t *perf_zstd_here(const struct perf_zstd *z, size_t *size);
void perf_zstd_advance(struct perf_zstd *z, size_t n);

#endif
