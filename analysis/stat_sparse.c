// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stat_sparse.h"

#include <errno.h>
#include <stdlib.h>

struct np_sparse_word {
	uint32_t index;
	uint64_t value;
};

static uint32_t count_nonzero(const uint64_t *words, size_t n)
{
	uint32_t nonzero = 0;

	for (size_t i = 0; i < n; i++)
		nonzero += words[i] != 0;
	return nonzero;
}

int np_sparse_pack(struct np_sparse *s, const void *words, size_t size)
{
	const uint64_t *from = words;
	size_t n = size / sizeof(*from);
	struct np_sparse packed = { .n = count_nonzero(from, n) };
	uint32_t k = 0;

	packed.words = calloc(packed.n ? packed.n : 1, sizeof(*packed.words));
	if (!packed.words)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (from[i])
			packed.words[k++] = (struct np_sparse_word){ i, from[i] };
	np_sparse_move(s, &packed);
	return 0;
}

void np_sparse_add(const struct np_sparse *s, void *to)
{
	uint64_t *words = to;

	for (uint32_t i = 0; i < s->n; i++)
		words[s->words[i].index] += s->words[i].value;
}

void np_sparse_move(struct np_sparse *to, struct np_sparse *from)
{
	free(to->words);
	*to = *from;
	*from = (struct np_sparse){ 0 };
}

void np_sparse_free(struct np_sparse *s)
{
	free(s->words);
	*s = (struct np_sparse){ 0 };
}
