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

struct imp_order;

struct imp_order *imp_order_new(void);
void imp_order_free(struct imp_order *o);

/* False: it wants to be drained before long. */
bool imp_order_add(struct imp_order *o, const struct imp_event *e);
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
