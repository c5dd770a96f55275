// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/order.h"

#include <stdlib.h>
#include <string.h>

static void set_most(struct imp_order *o)
{
	o->most = o->events;
	if (o->events && o->nr_runs < IMP_ORDER_RUNS - IMP_ORDER_MARGIN)
		o->most += IMP_ORDER_ROOM - IMP_ORDER_MARGIN;
}

struct imp_order *imp_order_new(void)
{
	struct imp_order *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->events = malloc(IMP_ORDER_ROOM * sizeof(*o->events));
	o->runs = malloc(IMP_ORDER_RUNS * sizeof(*o->runs));
	o->next = o->events;
	o->heap.head = malloc(IMP_ORDER_RUNS * sizeof(*o->heap.head));
	set_most(o);
	if (o->events && o->runs && o->heap.head)
		return o;
	imp_order_free(o);
	return NULL;
}

void imp_order_free(struct imp_order *o)
{
	if (!o)
		return;
	free(o->events);
	free(o->runs);
	free(o->heap.head);
	free(o);
}

static uint32_t stored(const struct imp_order *o)
{
	return o->next - o->events;
}

uint64_t imp_order_latest(const struct imp_order *o)
{
	return o->nr_runs && o->tail > o->latest ? o->tail : o->latest;
}

/* The last run is over. */
static void end_run(struct imp_order *o)
{
	if (!o->nr_runs)
		return;
	o->latest = imp_order_latest(o);
	o->runs[o->nr_runs - 1].end = stored(o);
}

void imp_order_begin(struct imp_order *o)
{
	end_run(o);
	o->runs[o->nr_runs++].at = stored(o);
	set_most(o);
}

void imp_order_round(struct imp_order *o, bool last)
{
	o->limit = last ? UINT64_MAX : o->marked;
	o->marked = imp_order_latest(o);
	o->due = stored(o) > 0;
}

bool imp_order_ready(const struct imp_order *o)
{
	return o->draining || o->due || imp_order_full(o);
}

static void start(struct imp_order *o)
{
	end_run(o);
	o->heap.n = o->nr_runs;
	for (uint32_t i = 0; i < o->nr_runs; i++)
		o->heap.head[i] = (struct imp_head){ o->events[o->runs[i].at].ns, i };
	imp_heap_make(&o->heap);
	o->second = imp_heap_second(&o->heap);
	o->to_spare = imp_order_full(o) ? stored(o) / 2 : 0;
	o->draining = true;
}

/* What was not taken comes to the front. */
static void stop(struct imp_order *o)
{
	uint32_t nr = 0, nr_runs = 0;

	for (uint32_t i = 0; i < o->nr_runs; i++) {
		struct imp_run r = o->runs[i];
		uint32_t n = r.end - r.at;

		if (!n)
			continue;
		if (nr != r.at)
			memmove(&o->events[nr], &o->events[r.at], n * sizeof(*o->events));
		o->runs[nr_runs++] = (struct imp_run){ nr, nr + n };
		nr += n;
	}
	o->next = o->events + nr;
	o->nr_runs = nr_runs;
	set_most(o);
	if (nr)
		o->tail = o->next[-1].ns;
	o->draining = o->due = false;
}

/* The run on top is used up, or not the earliest any more. */
static void turn(struct imp_order *o)
{
	struct imp_run *r = &o->runs[o->heap.head[0].row];

	if (r->at == r->end)
		imp_heap_pop(&o->heap);
	else
		imp_heap_changed(&o->heap, o->events[r->at].ns);
	o->second = imp_heap_second(&o->heap);
}

/* Events of a run that are older than others were that have been given already. */
static void keep_order(struct imp_order *o, struct imp_event *e, uint32_t n)
{
	for (uint32_t i = 0; i < n && e[i].ns < o->last; i++) {
		e[i].ns = o->last;
		o->late++;
	}
	o->last = e[n - 1].ns;
}

/* As many of the run on top as are the earliest of all. */
static uint32_t take(struct imp_order *o, struct imp_run *r, const struct imp_event **e)
{
	uint64_t most = o->second < o->limit || o->to_spare ? o->second : o->limit;
	struct imp_event *first = &o->events[r->at];
	uint32_t n = 0, left = r->end - r->at;

	if (o->to_spare && left > o->to_spare)
		left = o->to_spare;
	while (n < left && first[n].ns <= most)
		n++;
	o->to_spare -= o->to_spare ? n : 0;
	r->at += n;
	if (n)
		keep_order(o, first, n);
	*e = first;
	return n;
}

uint32_t imp_order_next(struct imp_order *o, const struct imp_event **e)
{
	uint32_t n = 0;

	if (!o->draining)
		start(o);
	while (o->heap.n && !n) {
		struct imp_run *r = &o->runs[o->heap.head[0].row];

		if (r->at < r->end && o->events[r->at].ns <= o->second) {
			n = take(o, r, e);
			if (!n)
				break; /* the earliest of all is not to be given yet */
		} else {
			turn(o);
		}
	}
	if (!n)
		stop(o);
	return n;
}

uint64_t imp_order_late(const struct imp_order *o)
{
	return o->late;
}
