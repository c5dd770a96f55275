/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A snapshot of counters, most of which are zero: an array of 64-bit words of
 * which only the others are kept. Hundreds of vCPUs fit where a few would.
 */
#ifndef NESTPROF_STAT_SPARSE_H
#define NESTPROF_STAT_SPARSE_H

#include <stddef.h>
#include <stdint.h>

struct np_sparse {
	uint32_t n;
	struct np_sparse_word *words;
};

/* Takes the place of what was there. -ENOMEM leaves that as it was. */
int np_sparse_pack(struct np_sparse *s, const void *words, size_t size);

/* to += s, word by word. */
void np_sparse_add(const struct np_sparse *s, void *to);

/* To moves what `from` has; `from` is empty then. */
void np_sparse_move(struct np_sparse *to, struct np_sparse *from);
void np_sparse_free(struct np_sparse *s);

#endif
