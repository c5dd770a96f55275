// SPDX-License-Identifier: GPL-2.0-only
#include "collector/convert/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/convert/recorded.h"
#include "collector/convert/writer.h"
#include "collector/record/imported.h"

struct run {
	const struct convert_options *o;
	struct trace_file file;
	struct imported imported;
	struct recorded *recorded; /* where it is not imported */
	struct rec_info info;
	struct output out;
	struct convert_writer *writer;
	struct ordered *ordered;
	struct rec_stream vcpu[NP_MAX_VCPUS];
	uint32_t last; /* the slot whose event came last */
	uint64_t now, lost;
	bool began;
};

/* Slot + 1 of that stream; 0: there is none. */
static uint32_t find(const struct run *r, uint32_t stream)
{
	if (r->vcpu[r->last].stream == stream)
		return r->last + 1;
	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++)
		if (r->vcpu[i].stream == stream)
			return i + 1;
	return 0;
}

static int take_vcpu(void *arg, const struct rec_stream *s)
{
	struct run *r = arg;
	uint32_t slot = find(r, 0);
	int err = slot ? 0 : ordered_finish(r->ordered); /* one may be about to go */

	slot = slot ?: find(r, 0);
	if (err || !slot || find(r, s->stream))
		return err ?: -EBADMSG;
	r->vcpu[slot - 1] = *s;
	return r->writer->vcpu(r->writer, s, slot - 1);
}

static int take_event(struct run *r, uint32_t stream, const struct rec_event *e,
		      const struct imp_origin *from)
{
	struct convert_event c = { .e = *e, .from = from->own ? from : NULL };
	uint32_t slot = find(r, stream);
	int err;

	if (!slot)
		return -EBADMSG;
	r->last = c.slot = slot - 1;
	c.vcpu = &r->vcpu[c.slot];
	c.inferred = r->file.kind && !from->own && e->type != NP_EVENT_LOST &&
		     e->type != NP_EVENT_GONE;
	if (np_event_has_time(e->type))
		r->now = e->ns;
	else if (e->type == NP_EVENT_LOST)
		r->lost += e->ns;
	err = r->writer->event(r->writer, &c);
	if (e->type == NP_EVENT_GONE)
		r->vcpu[c.slot].stream = 0;
	return err;
}

static int take_events(void *arg, uint32_t stream, const struct rec_event *e,
		       const struct imp_origin *from, uint32_t n)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < n; i++)
		err = take_event(arg, stream, &e[i], &from[i]);
	return err;
}

static int take_mark(void *arg, uint64_t ns, uint64_t missed)
{
	struct run *r = arg;

	r->lost += missed;
	return r->writer->mark(r->writer, ns, missed);
}

/* What was imported, on its way to be put in order. */
static int order_events(void *arg, uint32_t stream, const struct rec_event *e,
			const struct imp_origin *from, uint32_t n)
{
	return ordered_events(((struct run *)arg)->ordered, stream, e, from, n);
}

static int order_mark(void *arg, uint64_t ns, uint64_t missed)
{
	struct run *r = arg;

	if (r->file.kind)
		imported_progress(&r->imported);
	if (np_interrupted())
		return -EINTR;
	return ordered_mark(r->ordered, ns, missed);
}

static int cannot_read(const struct run *r, int err)
{
	if (err == -EINTR || err == -ENOMEM)
		return err;
	if (err == -EBADMSG)
		return fail(NP_EXIT_MISSING, err, "%s is no recording of nestprof's, perf's or "
			    "trace-cmd's, or its beginning is damaged", r->file.name);
	return fail(NP_EXIT_MISSING, err, "cannot read %s: %s", r->file.name, strerror(-err));
}

static int open_input(struct run *r)
{
	int err = trace_file_open(&r->file, r->o->file);

	if (err)
		return err;
	if (!r->file.kind) {
		err = recorded_open(&r->recorded, trace_file_read, &r->file, &r->info);
		return err ? cannot_read(r, err) : 0;
	}
	err = imported_open(&r->imported, &r->file);
	if (!err)
		imported_info(&r->imported, &r->info);
	return err;
}

static int open_output(struct run *r)
{
	static struct convert_writer *(*const writers[])(struct output *) = {
		[CONVERT_RECORDING] = convert_recording,
		[CONVERT_JSON] = convert_json,
		[CONVERT_CSV] = convert_csv,
		[CONVERT_TIMELINE] = convert_timeline,
	};
	bool text = r->o->to != CONVERT_RECORDING;
	int err = text ? output_open_text(&r->out, r->o->output, r->o->force)
		       : output_open(&r->out, r->o->output, r->o->force);

	if (err)
		return err;
	r->began = true;
	r->writer = writers[r->o->to](&r->out);
	if (!r->writer)
		return -ENOMEM;
	r->writer->foreign = r->file.kind;
	return r->writer->begin(r->writer, &r->info);
}

static int tell_damage(struct run *r)
{
	struct rec_damage d;
	int err = recorded_damage(r->recorded, &d);

	if (err || !d.what)
		return err ? cannot_read(r, err) : 0;
	return fail(NP_EXIT_DAMAGED, -EBADMSG, "%s: %s, at byte %" PRIu64 "; what came before is "
		    "converted", r->file.name, d.what, d.offset);
}

static int read_all(struct run *r)
{
	struct imp_sink in = { .vcpu = take_vcpu, .events = order_events, .mark = order_mark,
			       .arg = r };
	struct imp_sink out = { .vcpu = take_vcpu, .events = take_events, .mark = take_mark,
				.arg = r };
	int err;

	r->ordered = ordered_new(&out);
	if (!r->ordered)
		return -ENOMEM;
	err = r->file.kind ? imported_run(&r->imported, &in)
			   : recorded_run(r->recorded, &in, r->ordered);
	return err ?: ordered_finish(r->ordered);
}

static int convert(struct run *r)
{
	int err = read_all(r);

	err = err ?: r->writer->end(r->writer, r->now, r->lost);
	if (err)
		return err;
	return r->file.kind ? imported_judge(&r->imported) : tell_damage(r);
}

static int close_all(struct run *r, int err)
{
	bool keep = !err || err == -EBADMSG || err == -ENOSPC;
	int closed = r->began ? output_close(&r->out, keep) : 0;

	if (r->writer)
		r->writer->free(r->writer);
	imported_close(&r->imported);
	recorded_free(r->recorded);
	ordered_free(r->ordered);
	trace_file_close(&r->file);
	return err ?: closed;
}

int convert_run(const struct convert_options *o)
{
	struct run *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->o = o;
	r->file.fd = -1;
	err = open_input(r);
	err = err ?: open_output(r);
	err = err ?: convert(r);
	err = close_all(r, err);
	free(r);
	return err == -EPIPE ? 0 : err; /* nobody is left to be told */
}
