// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/trip_hists.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "analysis/account.h"

/*
 * A bucket, numbered through all histograms, and what is in it. In BPF it has
 * 32 bits and may start over: differences are of 32 bits, too. The bucket
 * after a histogram's last stands for its longest: `count` is in ns then.
 */
struct np_trip_count {
	uint32_t bucket;
	uint64_t count;
} __attribute__((packed, aligned(4)));

#define STRIDE (NP_HIST_BUCKETS + 1)

/* Where a walk puts what it finds: room for so many, or NULL to count them alone. */
struct list {
	struct np_trip_count *counts;
	uint32_t n, room;
};

static void put(struct list *l, uint32_t bucket, uint64_t count)
{
	if (!count || (l->counts && l->n == l->room))
		return;
	if (l->counts)
		l->counts[l->n] = (struct np_trip_count){ bucket, count };
	l->n++;
}

static void walk_hist(struct list *l, const struct np_l2_row *row, const struct np_pools *pools,
		      uint32_t kind, uint32_t first)
{
	for (uint32_t i = 0; i < NP_HIST_BUCKETS; i++) {
		uint32_t page = row->page_of[kind][i / NP_HIST_PAGE];

		if (page)
			put(l, first + i, pools->pages[page - 1].n[i % NP_HIST_PAGE]);
	}
	put(l, first + NP_HIST_BUCKETS, row->trip[kind].max);
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
			walk_hist(l, &pools->rows[row - 1], pools, kind,
				  (np_place_of(v, r) * NP_TRIPS + kind) * STRIDE);
	}
}

static int by_bucket(const void *a, const void *b)
{
	uint32_t x = ((const struct np_trip_count *)a)->bucket;
	uint32_t y = ((const struct np_trip_count *)b)->bucket;

	return (x > y) - (x < y);
}

/* It may be running: what comes between the two walks waits for the next snapshot. */
int np_trip_snap_take(struct np_trip_snap *s, const struct np_vcpu *v,
		      const struct np_pools *pools)
{
	struct list l = { 0 };
	struct np_trip_snap taken;

	if (pools->pages)
		walk(&l, v, pools);
	l.room = l.n;
	l.n = 0;
	l.counts = calloc(l.room ? l.room : 1, sizeof(*l.counts));
	if (!l.counts)
		return -ENOMEM;
	if (l.room)
		walk(&l, v, pools);
	qsort(l.counts, l.n, sizeof(*l.counts), by_bucket);
	taken = (struct np_trip_snap){ l.n, l.counts };
	np_trip_snap_move(s, &taken);
	return 0;
}

void np_trip_snap_move(struct np_trip_snap *to, struct np_trip_snap *from)
{
	free(to->counts);
	*to = *from;
	*from = (struct np_trip_snap){ 0 };
}

void np_trip_snap_free(struct np_trip_snap *s)
{
	free(s->counts);
	*s = (struct np_trip_snap){ 0 };
}

static struct np_hist *hist_of(struct np_trip_hists *h, const struct np_trip_count *c)
{
	uint32_t i = c->bucket / STRIDE;

	return &h->of[i / NP_TRIPS][i % NP_TRIPS];
}

static bool is_max(const struct np_trip_count *c)
{
	return c->bucket % STRIDE == NP_HIST_BUCKETS;
}

void np_trip_hists_add(struct np_trip_hists *h, const struct np_trip_snap *after,
		       const struct np_trip_snap *before)
{
	uint32_t from = 0;

	for (uint32_t i = 0; i < after->n; i++) {
		const struct np_trip_count *c = &after->counts[i];
		struct np_hist *hist = hist_of(h, c);
		uint64_t was = 0;

		while (from < before->n && before->counts[from].bucket < c->bucket)
			from++;
		if (from < before->n && before->counts[from].bucket == c->bucket)
			was = before->counts[from++].count;
		if (!is_max(c))
			hist->n[c->bucket % STRIDE] += (uint32_t)(c->count - was);
		else if (c->count > was && c->count > hist->max)
			hist->max = c->count;
	}
}
