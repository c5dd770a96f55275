// SPDX-License-Identifier: GPL-2.0-only
#include "collector/convert/ordered.h"

#include <stdlib.h>

#include "analysis/import/order.h"

struct ordered {
	const struct imp_sink *to;
	struct imp_order *order;
	uint64_t ns; /* of the mark that is told next */
};

#define OWN 0x100 /* beside the level, where a thread's process would be */

struct ordered *ordered_new(const struct imp_sink *to)
{
	struct ordered *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->to = to;
	o->order = imp_order_new();
	if (o->order)
		return o;
	free(o);
	return NULL;
}

void ordered_free(struct ordered *o)
{
	if (!o)
		return;
	imp_order_free(o->order);
	free(o);
}

/* What puts events in order knows threads; here these are streams. */
static struct imp_event pack(uint32_t stream, const struct rec_event *e, uint64_t now,
			     const struct imp_event *from)
{
	struct imp_event i = { 0 };

	if (from)
		i = *from;
	else
		i.lost = e->ns;
	i.ns = now;
	i.tid = stream;
	i.tgid = e->level | (from ? OWN : 0);
	i.type = e->type;
	i.reason = e->reason;
	return i;
}

static int give_one(struct ordered *o, const struct imp_event *i)
{
	struct rec_event e = { .ns = np_event_has_time(i->type) ? i->ns : i->lost,
			       .type = i->type, .level = i->tgid & 0xff, .reason = i->reason };

	return o->to->event(o->to->arg, i->tid, &e, i->tgid & OWN ? i : NULL);
}

static int give(struct ordered *o)
{
	const struct imp_event *i;
	uint32_t n;
	int err = 0;

	while (!err && imp_order_ready(o->order) && (n = imp_order_next(o->order, &i)))
		for (; !err && n; n--)
			err = give_one(o, i++);
	return err;
}

int ordered_event(struct ordered *o, uint32_t stream, const struct rec_event *e, uint64_t now,
		  const struct imp_event *from)
{
	struct imp_event i = pack(stream, e, np_event_has_time(e->type) ? e->ns : now, from);

	imp_order_add(o->order, &i);
	return imp_order_ready(o->order) ? give(o) : 0;
}

int ordered_mark(struct ordered *o, uint64_t ns, uint64_t missed)
{
	uint64_t before = o->ns;
	int err;

	imp_order_round(o->order, false);
	err = give(o);
	o->ns = ns;
	return err ?: o->to->mark(o->to->arg, before, missed);
}

int ordered_finish(struct ordered *o)
{
	int err;

	imp_order_round(o->order, true);
	err = give(o);
	return err ?: o->to->mark(o->to->arg, o->ns, 0);
}

uint64_t ordered_latest(const struct ordered *o)
{
	return imp_order_latest(o->order);
}
