/* SPDX-License-Identifier: GPL-2.0-only */
/* What trace-cmd compressed: pieces, each of which says how long it is. */
#ifndef NESTPROF_IMPORT_UNPACK_H
#define NESTPROF_IMPORT_UNPACK_H

#include "analysis/import/input.h"

struct imp_unpack;

/* By the name that the file gives its compression; NULL: it is not known here, or no memory. */
struct imp_unpack *imp_unpack_new(const char *name);
void imp_unpack_free(struct imp_unpack *u);

/*
 * The next piece of `in`: its two lengths and what is compressed. No longer than `most`
 * when it is decompressed, to a buffer of its own, which is grown as needed.
 */
struct imp_piece {
	uint8_t *data;
	size_t size, room;
};
int imp_unpack_piece(struct imp_unpack *u, struct imp_input *in, size_t most,
		     struct imp_piece *to);

#endif
