/* SPDX-License-Identifier: GPL-2.0-only */
/* The earliest of several rows of events: a binary heap of their next times. */
#ifndef NESTPROF_IMPORT_HEAP_H
#define NESTPROF_IMPORT_HEAP_H

#include <stdint.h>

struct imp_head {
	uint64_t ns;
	uint32_t row; /* among equals, the lower one comes first */
};

struct imp_heap {
	struct imp_head *head; /* [0] is the earliest */
	uint32_t n;
};

static inline int imp_head_before(struct imp_head a, struct imp_head b)
{
	return a.ns < b.ns || (a.ns == b.ns && a.row < b.row);
}

/* Down from the top, to where it belongs. */
static inline void imp_heap_settle(struct imp_heap *h, uint32_t i)
{
	struct imp_head x = h->head[i];

	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= h->n)
			break;
		if (child + 1 < h->n && imp_head_before(h->head[child + 1], h->head[child]))
			child++;
		if (!imp_head_before(h->head[child], x))
			break;
		h->head[i] = h->head[child];
		i = child;
	}
	h->head[i] = x;
}

/* Of heads that are in no order. */
static inline void imp_heap_make(struct imp_heap *h)
{
	for (uint32_t i = h->n / 2; i > 0; i--)
		imp_heap_settle(h, i - 1);
}

/* The top has another time now. */
static inline void imp_heap_changed(struct imp_heap *h, uint64_t ns)
{
	h->head[0].ns = ns;
	imp_heap_settle(h, 0);
}

static inline void imp_heap_pop(struct imp_heap *h)
{
	h->head[0] = h->head[--h->n];
	if (h->n)
		imp_heap_settle(h, 0);
}

/* When the row on top is no longer the earliest. */
static inline uint64_t imp_heap_second(const struct imp_heap *h)
{
	if (h->n < 2)
		return UINT64_MAX;
	if (h->n < 3 || h->head[1].ns < h->head[2].ns)
		return h->head[1].ns;
	return h->head[2].ns;
}

#endif
