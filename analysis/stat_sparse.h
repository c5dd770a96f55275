/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A snapshot of counters, most of which are zero: of an array of words only the
 * others are kept, each as its distance from the one before and its value, in as
 * few bytes as these take. Hundreds of vCPUs fit where a few would.
 */
#ifndef NESTPROF_STAT_SPARSE_H
#define NESTPROF_STAT_SPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct np_sparse {
	uint8_t *bytes; /* NULL: no snapshot was taken */
	size_t size;
};

struct np_sparse_word {
	uint32_t index;
	uint64_t value;
};

/* Both take the place of what was there. -ENOMEM leaves that as it was. */
int np_sparse_pack(struct np_sparse *s, const void *words, size_t size);
/* The indexes must rise. */
int np_sparse_pack_list(struct np_sparse *s, const struct np_sparse_word *list, size_t n);

/* The words in their order: { .s = &snapshot } stands before the first. */
struct np_sparse_walk {
	const struct np_sparse *s;
	size_t at;
	struct np_sparse_word word;
};
bool np_sparse_next(struct np_sparse_walk *w);

/* to += s, word by word. */
void np_sparse_add(const struct np_sparse *s, void *to);

/* To moves what `from` has; `from` is empty then. */
void np_sparse_move(struct np_sparse *to, struct np_sparse *from);
void np_sparse_free(struct np_sparse *s);

#endif
