/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files, for the programs that make traces out of others. */
#ifndef NESTPROF_TEST_IMPORT_FILE_H
#define NESTPROF_TEST_IMPORT_FILE_H

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct bytes {
	uint8_t *data;
	size_t size;
};

/* Decompressed, where it is. */
static inline struct bytes read_file(const char *path)
{
	struct bytes b = { malloc(64 << 20), 0 };
	gzFile f = gzopen(path, "rb");
	int n = f && b.data ? gzread(f, b.data, 64 << 20) : -1;

	if (n <= 0)
		errx(1, "cannot read %s", path);
	b.size = n;
	gzclose(f);
	return b;
}

static inline uint64_t get(const uint8_t *p, size_t size)
{
	uint64_t v = 0;

	memcpy(&v, p, size);
	return v;
}

static inline void put(uint8_t *p, uint64_t v, size_t size)
{
	memcpy(p, &v, size);
}

static inline void write_all(FILE *f, const void *data, size_t size)
{
	if (fwrite(data, 1, size, f) != size)
		err(1, "cannot write");
}

#endif
