// SPDX-License-Identifier: GPL-2.0-only
/* nestprof's own file. */
#include <errno.h>
#include <stdlib.h>

#include "analysis/recording/writer.h"
#include "collector/convert/writer.h"
#include "collector/stat/tracing.h"

struct recording {
	struct convert_writer w;
	struct rec_writer *writer;
	uint32_t stream; /* whose run it is; 0: nobody's */
	uint64_t now;
};

static int write_json(struct recording *r, enum rec_type type, json_t *o)
{
	int err = o ? rec_write_json(r->writer, type, o) : -ENOMEM;

	json_decref(o);
	return err;
}

static int begin(struct convert_writer *w, const struct rec_info *info)
{
	struct recording *r = (struct recording *)w;

	r->now = info->start;
	return write_json(r, REC_FILE, rec_info_to_json(info));
}

static int vcpu(struct convert_writer *w, const struct rec_stream *s, uint32_t slot)
{
	struct recording *r = (struct recording *)w;
	int err = rec_flush(r->writer);

	(void)slot;
	r->stream = 0;
	return err ?: rec_write_stream(r->writer, s);
}

static int event(struct convert_writer *w, const struct convert_event *e)
{
	struct recording *r = (struct recording *)w;
	int err = 0;

	if (np_event_has_time(e->e.type))
		r->now = e->e.ns;
	if (r->stream != e->vcpu->stream) {
		err = rec_write_run(r->writer, e->vcpu->stream, r->now);
		r->stream = e->vcpu->stream;
	}
	return err ?: rec_write_event(r->writer, &e->e);
}

static int mark(struct convert_writer *w, uint64_t ns, uint64_t missed)
{
	struct recording *r = (struct recording *)w;

	r->stream = 0;
	r->now = ns;
	return rec_write_mark(r->writer, ns, missed);
}

static int end(struct convert_writer *w, uint64_t ns, uint64_t lost)
{
	struct recording *r = (struct recording *)w;
	struct stat_tracing tracing = { .err = w->foreign ? -ENOTSUP : -ENODATA };
	struct rec_end e = { .end = ns, .lost = lost, .tracing = tracing_to_json(&tracing) };
	int err = rec_flush(r->writer);

	e.events = rec_writer_totals(r->writer)->events;
	err = err ?: write_json(r, REC_END, rec_end_to_json(&e));
	json_decref(e.tracing);
	return err;
}

static void free_recording(struct convert_writer *w)
{
	rec_writer_free(((struct recording *)w)->writer);
	free(w);
}

struct convert_writer *convert_recording(struct output *out)
{
	struct recording *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->w = (struct convert_writer){ .begin = begin, .vcpu = vcpu, .event = event,
					.mark = mark, .end = end, .free = free_recording };
	r->writer = rec_writer_new(output_write, out);
	if (r->writer)
		return &r->w;
	free(r);
	return NULL;
}
