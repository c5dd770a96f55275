/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events that come nearly in the order of their times are put in that order. perf writes
 * CPU after CPU what each has, and marks when it has been at all of them: nothing that
 * comes later is older than what it had come to at the mark before.
 */
#ifndef NESTPROF_IMPORT_ORDER_H
#define NESTPROF_IMPORT_ORDER_H

#include <stdbool.h>

#include "analysis/import/event.h"
#include "analysis/import/heap.h"

/* Events and runs of them that it has room for; where it is fuzzed, fewer. */
#ifndef IMP_ORDER_ROOM
#define IMP_ORDER_ROOM (1u << 19) /* 16 MiB */
#define IMP_ORDER_RUNS 65536u
/* So many can be added before it must be drained, once it wants that. */
#define IMP_ORDER_MARGIN 16384u
#endif

/* Events that are in order. */
struct imp_run {
	uint32_t at, end; /* the last one's: when it is drained */
};

struct imp_order {
	struct imp_event *events, *next; /* up to next, all that are stored */
	const struct imp_event *most; /* next, where it is full */
	struct imp_run *runs;
	uint32_t nr_runs;
	struct imp_heap heap; /* of runs, while it is drained */
	bool draining, due;
	uint64_t second; /* up to here the run on top is the earliest */
	uint32_t to_spare; /* so many are taken whatever the limit, for there is no room */
	uint64_t tail; /* the time of the one before next, where there are runs */
	uint64_t latest; /* of the runs that are over */
	uint64_t marked, limit; /* limit: what comes later is not older */
	uint64_t last, late;
};

struct imp_order *imp_order_new(void);
void imp_order_free(struct imp_order *o);

/* It wants to be drained: half of them go then, so that it is not full again at once. */
static inline bool imp_order_full(const struct imp_order *o)
{
	return o->next >= o->most;
}

/* What is to be stored begins a run. */
void imp_order_begin(struct imp_order *o);

/* The next event is there now, at o->next. */
static inline void imp_order_added(struct imp_order *o)
{
	uint64_t ns = o->next->ns;

	if (ns < o->tail || !o->nr_runs)
		imp_order_begin(o);
	o->tail = ns;
	o->next++;
}

/* False: it wants to be drained. */
static inline bool imp_order_add(struct imp_order *o, const struct imp_event *e)
{
	*o->next = *e;
	imp_order_added(o);
	return !imp_order_full(o);
}

/* A round is over; or, with the last, all of them are. */
void imp_order_round(struct imp_order *o, bool last);

/* Something is ready, or must be taken: there is no more room. */
bool imp_order_ready(const struct imp_order *o);
/* The next ones, how many; 0: none is ready. Until then nothing is added. */
uint32_t imp_order_next(struct imp_order *o, const struct imp_event **e);

/* The latest event's time so far. */
uint64_t imp_order_latest(const struct imp_order *o);
/* Events that came too late to be put where they belong: they have the time of the one before. */
uint64_t imp_order_late(const struct imp_order *o);

#endif
