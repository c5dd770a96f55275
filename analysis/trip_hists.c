// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/trip_hists.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "analysis/account.h"
#include "bpf/trip_buckets.h"

/*
 * Buckets are numbered through all histograms. In BPF one has 32 bits and may
 * start over: differences are of 32 bits, too. What is numbered after the last
 * bucket of a histogram is its longest, in ns.
 */
#define STRIDE (NP_HIST_BUCKETS + 1)

/* Where a walk puts what it finds: room for so many, or NULL to count them alone. */
struct list {
	struct np_sparse_word *words;
	uint32_t n, room;
};

static void put(struct list *l, uint32_t bucket, uint64_t count)
{
	if (!count || (l->words && l->n == l->room))
		return;
	if (l->words)
		l->words[l->n] = (struct np_sparse_word){ bucket, count };
	l->n++;
}

#ifdef NP_LEAN
/* They are not by reason: the vCPU's first one has them all, each as long as its bucket allows. */
static void walk_hists(struct list *l, const struct np_vcpu *v, uint32_t first)
{
	for (uint32_t i = 0; i < NP_TRIPS * NP_TRIP_BUCKETS; i++) {
		uint32_t kind = i / NP_TRIP_BUCKETS, bucket = i % NP_TRIP_BUCKETS;

		put(l, first + kind * STRIDE + np_hist_bucket(np_trip_edges[bucket + 1]),
		    v->trips[kind][bucket]);
	}
}

static void walk(struct list *l, const struct np_vcpu *v, const struct np_pools *pools)
{
	(void)pools;
	for (uint32_t r = 0; r < NP_REASONS; r++)
		if (v->row_of[r])
			return walk_hists(l, v, np_place_of(v, r) * NP_TRIPS * STRIDE);
}
#else
static void walk_hist(struct list *l, const struct np_l2_tally *tally,
		      const struct np_pools *pools, uint32_t kind, uint32_t first)
{
	for (uint32_t i = 0; i < NP_HIST_BUCKETS; i++) {
		uint32_t page = tally->page_of[kind][i / NP_HIST_PAGE];

		if (page)
			put(l, first + i, pools->pages[page - 1].n[i % NP_HIST_PAGE]);
	}
	put(l, first + NP_HIST_BUCKETS, tally->trip[kind].max);
}

static void walk(struct list *l, const struct np_vcpu *v, const struct np_pools *pools)
{
	bool shared = false;

	for (uint32_t r = 0; r < NP_REASONS; r++) {
		uint32_t row = v->row_of[r];

		if (!row || (row == v->shared_row && shared))
			continue;
		shared |= row == v->shared_row;
		for (uint32_t kind = 0; kind < NP_TRIPS; kind++)
			walk_hist(l, &pools->tallies[row], pools, kind,
				  (np_place_of(v, r) * NP_TRIPS + kind) * STRIDE);
	}
}
#endif

static int by_bucket(const void *a, const void *b)
{
	uint32_t x = ((const struct np_sparse_word *)a)->index;
	uint32_t y = ((const struct np_sparse_word *)b)->index;

	return (x > y) - (x < y);
}

/* Reasons that share a row may be together with one that has its own. */
static uint32_t merge(struct np_sparse_word *words, uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (kept && words[kept - 1].index == words[i].index)
			words[kept - 1].value += words[i].value;
		else
			words[kept++] = words[i];
	}
	return kept;
}

/* It may be running: what comes between the two walks waits for the next snapshot. */
int np_trip_snap_take(struct np_sparse *s, const struct np_vcpu *v, const struct np_pools *pools)
{
	struct list l = { 0 };
	int err;

	if (pools->pages || NP_IS_LEAN)
		walk(&l, v, pools);
	l.room = l.n;
	l.n = 0;
	l.words = calloc(l.room ? l.room : 1, sizeof(*l.words));
	if (!l.words)
		return -ENOMEM;
	if (l.room)
		walk(&l, v, pools);
	qsort(l.words, l.n, sizeof(*l.words), by_bucket);
	err = np_sparse_pack_list(s, l.words, merge(l.words, l.n));
	free(l.words);
	return err;
}

static void add_one(struct np_trip_hists *h, const struct np_sparse_word *after, uint64_t before)
{
	uint32_t i = after->index / STRIDE, bucket = after->index % STRIDE;
	struct np_hist *hist = &h->of[i / NP_TRIPS][i % NP_TRIPS];

	if (bucket < NP_HIST_BUCKETS)
		hist->n[bucket] += (uint32_t)(after->value - before);
	else if (after->value > before && after->value > hist->max)
		hist->max = after->value;
}

void np_trip_hists_add(struct np_trip_hists *h, const struct np_sparse *after,
		       const struct np_sparse *before)
{
	struct np_sparse_walk a = { .s = after }, b = { .s = before };
	bool more = np_sparse_next(&b);

	while (np_sparse_next(&a)) {
		while (more && b.word.index < a.word.index)
			more = np_sparse_next(&b);
		add_one(h, &a.word,
			more && b.word.index == a.word.index ? b.word.value : 0);
	}
}
