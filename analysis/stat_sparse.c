// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stat_sparse.h"

#include <errno.h>
#include <stdlib.h>

/* LEB128: seven bits a byte, the lowest first; `to` is NULL to count the bytes alone. */
static size_t put_number(uint8_t *to, uint64_t v)
{
	size_t n = 0;

	do {
		uint8_t low = v & 0x7f;

		v >>= 7;
		if (to)
			to[n] = low | (v ? 0x80 : 0);
		n++;
	} while (v);
	return n;
}

static uint64_t take_number(struct np_sparse_walk *w)
{
	uint64_t v = 0;

	for (uint32_t shift = 0;; shift += 7) {
		uint8_t byte = w->s->bytes[w->at++];

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
}

/* Where the words come from: an array of all of them, or a list of some. */
struct source {
	const uint64_t *all;
	const struct np_sparse_word *some;
	size_t n;
};

static size_t put_words(uint8_t *to, const struct source *from)
{
	uint32_t next = 0;
	size_t size = 0;

	for (size_t i = 0; i < from->n; i++) {
		uint32_t index = from->all ? i : from->some[i].index;
		uint64_t value = from->all ? from->all[i] : from->some[i].value;

		if (!value)
			continue;
		size += put_number(to ? to + size : NULL, index - next);
		size += put_number(to ? to + size : NULL, value);
		next = index + 1;
	}
	return size;
}

static int pack(struct np_sparse *s, const struct source *from)
{
	struct np_sparse packed = { .size = put_words(NULL, from) };

	packed.bytes = malloc(packed.size ? packed.size : 1);
	if (!packed.bytes)
		return -ENOMEM;
	put_words(packed.bytes, from);
	np_sparse_move(s, &packed);
	return 0;
}

int np_sparse_pack(struct np_sparse *s, const void *words, size_t size)
{
	return pack(s, &(struct source){ .all = words, .n = size / sizeof(uint64_t) });
}

int np_sparse_pack_list(struct np_sparse *s, const struct np_sparse_word *list, size_t n)
{
	return pack(s, &(struct source){ .some = list, .n = n });
}

bool np_sparse_next(struct np_sparse_walk *w)
{
	bool first = !w->at;

	if (w->at >= w->s->size)
		return false;
	w->word.index = take_number(w) + (first ? 0 : w->word.index + 1);
	w->word.value = take_number(w);
	return true;
}

void np_sparse_add(const struct np_sparse *s, void *to)
{
	struct np_sparse_walk w = { .s = s };
	uint64_t *words = to;

	while (np_sparse_next(&w))
		words[w.word.index] += w.word.value;
}

void np_sparse_move(struct np_sparse *to, struct np_sparse *from)
{
	free(to->bytes);
	*to = *from;
	*from = (struct np_sparse){ 0 };
}

void np_sparse_free(struct np_sparse *s)
{
	free(s->bytes);
	*s = (struct np_sparse){ 0 };
}
