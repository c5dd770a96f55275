// SPDX-License-Identifier: GPL-2.0-only
#include "collector/convert/ordered.h"

#include <stdlib.h>

#include "analysis/import/order.h"

struct ordered {
	const struct imp_sink *to;
	struct imp_order *order;
	uint64_t ns; /* of the mark that is told next */
};

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

#define OWN 0x100 /* beside the level, where a thread's process would be */

/* What puts events in order knows threads; here these are streams. */
static struct imp_event pack(uint32_t stream, const struct rec_event *e,
			     const struct imp_origin *from)
{
	struct imp_event i = { .ns = from->ns, .rip = from->rip, .tid = stream,
			       .tgid = e->level | (from->own ? OWN : 0), .cpu = from->cpu,
			       .reason = e->reason, .type = e->type, .isa = from->isa };

	if (!np_event_has_time(e->type))
		i.lost = e->ns;
	return i;
}

static int give_one(struct ordered *o, const struct imp_event *i)
{
	bool has_time = np_event_has_time(i->type);
	struct rec_event e = { .ns = has_time ? i->ns : i->lost, .type = i->type,
			       .level = i->tgid & 0xff, .reason = i->reason };
	struct imp_origin from = { .ns = i->ns, .rip = has_time ? i->rip : 0, .cpu = i->cpu,
				   .isa = i->isa, .own = i->tgid & OWN };

	return o->to->events(o->to->arg, i->tid, &e, &from, 1);
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

int ordered_events(struct ordered *o, uint32_t stream, const struct rec_event *e,
		   const struct imp_origin *from, uint32_t n)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < n; i++) {
		struct imp_event packed = pack(stream, &e[i], &from[i]);

		imp_order_add(o->order, &packed);
		if (imp_order_ready(o->order))
			err = give(o);
	}
	return err;
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
