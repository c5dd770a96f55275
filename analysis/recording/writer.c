// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>


/* Recording must not take the CPU from what is recorded: the fastest. */
#define LEVEL 1

struct rec_writer {
	rec_sink sink;
	void *arg;
	int err; /* the first failure */
	ZSTD_CCtx *zstd;
	uint16_t version;
	uint32_t sequence;
	uint32_t stream; /* of the run that is added to */
	struct rec_totals totals;
	/* The large ones, which are nothing until they are filled. */
	struct rec_batch batch;
	uint8_t payload[REC_MAX_PAYLOAD];
	uint8_t frame[REC_HEADER_SIZE + REC_MAX_STORED];
};

_Static_assert(REC_MAX_STORED >= ZSTD_COMPRESSBOUND(REC_MAX_PAYLOAD), "what is random fits");

struct rec_writer *rec_writer_new(rec_sink sink, void *arg)
{
	struct rec_writer *w = malloc(sizeof(*w));

	if (!w)
		return NULL;
	memset(w, 0, offsetof(struct rec_writer, batch));
	w->sink = sink;
	w->arg = arg;
	w->version = REC_VERSION_PLAIN;
	w->zstd = ZSTD_createCCtx();
	rec_batch_clear(&w->batch);
	if (w->zstd)
		return w;
	free(w);
	return NULL;
}

void rec_writer_takes_accesses(struct rec_writer *w)
{
	w->version = REC_VERSION;
}

void rec_writer_free(struct rec_writer *w)
{
	if (w)
		ZSTD_freeCCtx(w->zstd);
	free(w);
}

const struct rec_totals *rec_writer_totals(const struct rec_writer *w)
{
	return &w->totals;
}

/* The payload is w->payload, unless it is elsewhere. */
static int write_frame(struct rec_writer *w, struct rec_frame f, const void *payload, size_t size)
{
	uint8_t *stored = w->frame + REC_HEADER_SIZE;
	size_t n = ZSTD_compressCCtx(w->zstd, stored, REC_MAX_STORED, payload, size, LEVEL);

	if (w->err)
		return w->err;
	if (ZSTD_isError(n))
		return w->err = -ENOMEM;
	f.version = w->version;
	f.sequence = w->sequence;
	f.stored = n;
	f.size = size;
	f.checksum = rec_checksum(stored, n);
	rec_header_put(w->frame, &f);
	w->err = w->sink(w->arg, w->frame, REC_HEADER_SIZE + n);
	if (w->err)
		return w->err;
	w->sequence++;
	w->totals.frames++;
	w->totals.bytes += REC_HEADER_SIZE + n;
	return 0;
}

int rec_write_json(struct rec_writer *w, enum rec_type type, const json_t *o)
{
	char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	size_t size = text ? strlen(text) : 0;
	int err = text && size <= REC_MAX_PAYLOAD ? 0 : -ENOMEM;

	if (!err && type == REC_END)
		err = rec_flush(w);
	if (!err)
		err = write_frame(w, (struct rec_frame){ .type = type }, text, size);
	free(text);
	return err;
}

int rec_write_stream(struct rec_writer *w, const struct rec_stream *s)
{
	json_t *o = rec_stream_to_json(s);
	int err = rec_write_json(w, REC_VCPU, o);

	json_decref(o);
	return err;
}

int rec_write_access(struct rec_writer *w, const struct rec_access *a)
{
	json_t *o = rec_access_to_json(a);
	int err = rec_write_json(w, REC_ACCESS, o);

	json_decref(o);
	return err;
}

int rec_flush(struct rec_writer *w)
{
	struct rec_batch *b = &w->batch;
	struct rec_frame f = { .type = REC_EVENTS,
			       .first_ns = b->first_ns,
			       .last_ns = b->last_ns,
			       .events = b->nr_events };
	int err;

	if (!b->nr_runs)
		return w->err;
	err = write_frame(w, f, w->payload, rec_batch_pack(b, w->payload));
	rec_batch_clear(b);
	return err;
}

int rec_write_run(struct rec_writer *w, uint32_t stream, uint64_t ns)
{
	int err = w->err;

	if (!rec_batch_begin(&w->batch, stream, ns)) {
		err = rec_flush(w);
		rec_batch_begin(&w->batch, stream, ns);
	}
	w->stream = stream;
	return err;
}

static void count(struct rec_totals *t, const struct rec_event *e)
{
	if (e->type == NP_EVENT_LOST)
		t->lost += e->ns;
	else
		t->events++;
}

int rec_write_event(struct rec_writer *w, const struct rec_event *e)
{
	int err = w->err;

	if (!rec_batch_add(&w->batch, e)) {
		uint64_t ns = w->batch.now;

		err = rec_flush(w);
		rec_batch_begin(&w->batch, w->stream, ns);
		rec_batch_add(&w->batch, e);
	}
	count(&w->totals, e);
	return err;
}

int rec_write_mark(struct rec_writer *w, uint64_t ns, uint64_t missed)
{
	int err = w->err;

	w->totals.lost += missed;
	do {
		uint32_t some = missed < UINT32_MAX ? missed : UINT32_MAX;

		if (!rec_batch_mark(&w->batch, ns, some)) {
			err = rec_flush(w);
			rec_batch_mark(&w->batch, ns, some);
		}
		missed -= some;
	} while (missed);
	return err;
}
