// SPDX-License-Identifier: GPL-2.0-only
#include "collector/convert/recorded.h"

#include <errno.h>
#include <stdlib.h>

#include "analysis/import/order.h"
#include "analysis/recording/stream.h"

struct recorded {
	struct rec_reader *reader;
	struct imp_order *order;
	const struct imp_sink *sink;
	uint64_t end;
};

int recorded_open(struct recorded **to, rec_source source, void *arg, struct rec_info *info)
{
	struct recorded *r = calloc(1, sizeof(*r));
	const struct rec_frame *f;
	int err;

	*to = r;
	if (!r)
		return -ENOMEM;
	r->reader = rec_reader_new(source, arg);
	r->order = imp_order_new();
	if (!r->reader || !r->order)
		return -ENOMEM;
	err = rec_read_frame(r->reader, &f);
	if (err < 0)
		return err;
	return err && !rec_info_from_json(info, rec_reader_json(r->reader)) ? 0 : -EBADMSG;
}

void recorded_free(struct recorded *r)
{
	if (!r)
		return;
	rec_reader_free(r->reader);
	imp_order_free(r->order);
	free(r);
}

/* What puts events in order knows threads and CPUs; here they are streams and levels. */
static struct imp_event to_order(uint32_t stream, const struct rec_event *e, uint64_t now)
{
	return (struct imp_event){ .ns = now, .lost = e->ns, .tid = stream, .vcpu = e->level,
				   .reason = e->reason, .type = e->type };
}

static struct rec_event from_order(const struct imp_event *i)
{
	return (struct rec_event){ .ns = np_event_has_time(i->type) ? i->ns : i->lost,
				   .type = i->type, .level = i->vcpu, .reason = i->reason };
}

static int give(struct recorded *r)
{
	struct imp_event i;
	int err = 0;

	while (!err && imp_order_ready(r->order) && imp_order_next(r->order, &i)) {
		struct rec_event e = from_order(&i);

		/* What says which VMCS field it was is no event of KVM's. */
		if (e.type != NP_EVENT_ACCESS)
			err = r->sink->event(r->sink->arg, i.tid, &e, NULL);
	}
	return err;
}

static int take_mark(struct recorded *r, const struct rec_run *run)
{
	int err;

	imp_order_round(r->order, false);
	err = give(r);
	return err ?: r->sink->mark(r->sink->arg, 0, run->n);
}

static int take_run(struct recorded *r, struct rec_cursor *c, const struct rec_batch *b,
		    const struct rec_run *run)
{
	uint64_t now = run->ns;
	struct rec_event e;
	int err = 0;

	while (!err && rec_cursor_event(c, b, &e)) {
		struct imp_event i;

		if (np_event_has_time(e.type))
			now = e.ns;
		i = to_order(run->stream, &e, now);
		imp_order_add(r->order, &i);
		err = give(r);
	}
	return err;
}

static int take_batch(struct recorded *r, const struct rec_batch *b)
{
	struct rec_cursor c = { 0 };
	const struct rec_run *run;
	int err = 0;

	while (!err && (run = rec_cursor_run(&c, b)))
		err = run->stream ? take_run(r, &c, b, run) : take_mark(r, run);
	return err;
}

static int take_stream(struct recorded *r)
{
	struct rec_stream s;

	if (rec_stream_from_json(&s, rec_reader_json(r->reader)))
		return -EBADMSG;
	return r->sink->vcpu(r->sink->arg, &s);
}

static int take_frame(struct recorded *r, const struct rec_frame *f)
{
	if (f->type == REC_VCPU)
		return take_stream(r);
	return f->type == REC_EVENTS ? take_batch(r, rec_reader_batch(r->reader)) : 0;
}

int recorded_run(struct recorded *r, const struct imp_sink *sink)
{
	const struct rec_frame *f;
	int err = 0, more;

	r->sink = sink;
	while (!err && (more = rec_read_frame(r->reader, &f)) != 0) {
		err = more < 0 ? more : take_frame(r, f);
		if (err == -EBADMSG) {
			rec_reader_reject(r->reader, "a frame contradicts others");
			err = 0;
		}
	}
	imp_order_round(r->order, true);
	return err ?: give(r);
}

int recorded_damage(struct recorded *r, struct rec_damage *d)
{
	return rec_reader_damage(r->reader, d);
}
