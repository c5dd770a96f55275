// SPDX-License-Identifier: GPL-2.0-only
#include "collector/convert/recorded.h"

#include <errno.h>
#include <stdlib.h>

#include "analysis/recording/stream.h"

struct recorded {
	struct rec_reader *reader;
	const struct imp_sink *sink;
	struct ordered *to;
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
	if (!r->reader)
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
	free(r);
}

static int take_run(struct recorded *r, struct rec_cursor *c, const struct rec_batch *b,
		    const struct rec_run *run)
{
	struct imp_origin from = { .ns = run->ns };
	struct rec_event e;
	int err = 0;

	while (!err && rec_cursor_event(c, b, &e)) {
		if (np_event_has_time(e.type))
			from.ns = e.ns;
		/* What says which VMCS field it was is no event of KVM's. */
		if (e.type != NP_EVENT_ACCESS)
			err = ordered_events(r->to, run->stream, &e, &from, 1);
	}
	return err;
}

static int take_batch(struct recorded *r, const struct rec_batch *b)
{
	struct rec_cursor c = { 0 };
	const struct rec_run *run;
	int err = 0;

	while (!err && (run = rec_cursor_run(&c, b)))
		err = run->stream ? take_run(r, &c, b, run)
				  : ordered_mark(r->to, run->ns, run->n);
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

int recorded_run(struct recorded *r, const struct imp_sink *sink, struct ordered *to)
{
	const struct rec_frame *f;
	int err = 0, more;

	r->sink = sink;
	r->to = to;
	while (!err && (more = rec_read_frame(r->reader, &f)) != 0) {
		err = more < 0 ? more : take_frame(r, f);
		if (err == -EBADMSG) {
			rec_reader_reject(r->reader, "a frame contradicts others");
			err = 0;
		}
	}
	return err;
}

int recorded_damage(struct recorded *r, struct rec_damage *d)
{
	return rec_reader_damage(r->reader, d);
}
