// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

/* What a JSON frame needs, and more. */
#define MAX_JSON (1u << 16)

struct rec_reader {
	rec_source source;
	void *arg;
	ZSTD_DCtx *zstd;
	struct rec_frame frame;
	uint16_t version;  /* of the first frame, and so of all */
	uint32_t sequence; /* of the next frame */
	uint64_t offset;   /* of window[at], in the file */
	size_t current;	   /* bytes of the frame that was read last; it is still in the window */
	bool ended;	   /* the frame that ends it was read */
	const char *wrong; /* reading is over, for this reason */
	json_t *json;
	/* What was read and not used yet: from `at` on, `have` bytes. */
	size_t at, have;
	/* The large ones, which are nothing until they are filled. */
	struct rec_batch batch;
	uint8_t payload[REC_MAX_PAYLOAD];
	uint8_t window[REC_HEADER_SIZE + REC_MAX_STORED];
};

struct rec_reader *rec_reader_new(rec_source source, void *arg)
{
	struct rec_reader *r = malloc(sizeof(*r));

	if (!r)
		return NULL;
	memset(r, 0, offsetof(struct rec_reader, batch));
	r->source = source;
	r->arg = arg;
	r->zstd = ZSTD_createDCtx();
	if (r->zstd)
		return r;
	free(r);
	return NULL;
}

void rec_reader_free(struct rec_reader *r)
{
	if (!r)
		return;
	ZSTD_freeDCtx(r->zstd);
	json_decref(r->json);
	free(r);
}

const struct rec_batch *rec_reader_batch(const struct rec_reader *r)
{
	return &r->batch;
}

const json_t *rec_reader_json(const struct rec_reader *r)
{
	return r->json;
}

/* So many bytes in the window, or fewer at the end of the file; or a negative errno. */
static int fill(struct rec_reader *r, size_t wanted)
{
	if (r->have >= wanted)
		return 0;
	memmove(r->window, r->window + r->at, r->have);
	r->at = 0;
	while (r->have < wanted) {
		ssize_t n = r->source(r->arg, r->window + r->have, sizeof(r->window) - r->have);

		if (n <= 0)
			return n;
		r->have += n;
	}
	return 0;
}

static void consume(struct rec_reader *r, size_t n)
{
	r->at += n;
	r->have -= n;
	r->offset += n;
}

static const char *unpack_json(struct rec_reader *r)
{
	json_decref(r->json);
	r->json = NULL;
	if (r->frame.size > MAX_JSON)
		return "a frame of text is too large";
	r->json = json_loadb((const char *)r->payload, r->frame.size, JSON_REJECT_DUPLICATES, NULL);
	return r->json ? NULL : "a frame holds no JSON";
}

/* Times are as the frame says they are; so none has run over. */
static bool times_fit(const struct rec_batch *b, const struct rec_frame *f)
{
	struct rec_cursor c = { 0 };
	const struct rec_run *run;
	struct rec_event e;

	while ((run = rec_cursor_run(&c, b))) {
		uint64_t last = run->ns;

		if (run->ns < f->first_ns || run->ns > f->last_ns)
			return false;
		while (rec_cursor_event(&c, b, &e)) {
			if (!np_event_has_time(e.type))
				continue;
			if (e.ns < last || e.ns > f->last_ns)
				return false;
			last = e.ns;
		}
	}
	return true;
}

static const char *unpack_events(struct rec_reader *r)
{
	if (!rec_batch_unpack(&r->batch, r->payload, r->frame.size) ||
	    (r->batch.has_accesses && r->frame.version == REC_VERSION_PLAIN) ||
	    r->batch.nr_events != r->frame.events || !times_fit(&r->batch, &r->frame))
		return "a frame's events are in disorder";
	return NULL;
}

/* The frame is in the window, all of it. NULL, or what is wrong with it. */
static const char *unpack(struct rec_reader *r)
{
	const struct rec_frame *f = &r->frame;
	const uint8_t *stored = r->window + r->at + REC_HEADER_SIZE;

	if (f->sequence != r->sequence)
		return f->sequence > r->sequence ? "frames are missing" : "a frame is out of order";
	if (!r->sequence)
		r->version = f->version;
	if (!f->version || f->version > REC_VERSION || f->version != r->version)
		return "a frame is of another version";
	if (rec_checksum(stored, f->stored) != f->checksum)
		return "a frame's checksum is wrong";
	if (ZSTD_decompressDCtx(r->zstd, r->payload, f->size, stored, f->stored) != f->size)
		return "a frame cannot be decompressed";
	switch (f->type) {
	case REC_FILE:
	case REC_VCPU:
	case REC_ACCESS:
	case REC_END:
		return unpack_json(r);
	case REC_EVENTS:
		return unpack_events(r);
	default:
		return NULL; /* of a later nestprof, which thought that we can do without */
	}
}

/* NULL, or what is wrong with what comes next; -errno in *err. */
static const char *next_frame(struct rec_reader *r, int *err)
{
	*err = fill(r, REC_HEADER_SIZE);
	if (*err)
		return NULL;
	if (!r->have)
		return r->ended ? NULL : "it was cut off";
	if (r->ended)
		return "there is more behind its end";
	if (r->have < REC_HEADER_SIZE)
		return "it was cut off in the middle of a frame";
	if (!rec_header_get(&r->frame, r->window + r->at))
		return "a frame's header is damaged";
	*err = fill(r, REC_HEADER_SIZE + r->frame.stored);
	if (*err)
		return NULL;
	if (r->have < REC_HEADER_SIZE + r->frame.stored)
		return "it was cut off in the middle of a frame";
	return unpack(r);
}

/* The first frame tells whether this is a recording, and one that we can read. */
static int judge_first(struct rec_reader *r)
{
	bool is_header = r->have >= REC_HEADER_SIZE &&
			 rec_header_get(&r->frame, r->window + r->at);

	if (is_header && r->frame.type == REC_FILE && r->frame.version > REC_VERSION)
		return -ENOTSUP;
	if (r->wrong || r->frame.type != REC_FILE)
		return -EBADMSG;
	return 0;
}

int rec_read_frame(struct rec_reader *r, const struct rec_frame **f)
{
	int err;

	if (r->wrong)
		return 0;
	consume(r, r->current);
	r->current = 0;
	r->wrong = next_frame(r, &err);
	if (!err && !r->sequence)
		err = judge_first(r);
	if (err)
		return err;
	if (r->wrong || !r->have)
		return 0;
	r->current = REC_HEADER_SIZE + r->frame.stored;
	r->sequence++;
	r->ended = r->frame.type == REC_END;
	*f = &r->frame;
	return 1;
}

void rec_reader_reject(struct rec_reader *r, const char *what)
{
	r->wrong = what;
	r->current = 0;
}

/* A frame's header, somewhere in what is left: it is skipped with its payload. */
static int skip_frame(struct rec_reader *r, const struct rec_frame *f, struct rec_damage *d)
{
	int err = fill(r, REC_HEADER_SIZE + f->stored);

	if (err)
		return err;
	if (r->have < REC_HEADER_SIZE + f->stored) {
		consume(r, r->have);
		return 0;
	}
	d->frames++;
	d->events += f->events;
	consume(r, REC_HEADER_SIZE + f->stored);
	return 0;
}

/* To where the next frame may begin. */
static void skip_to_magic(struct rec_reader *r)
{
	const uint8_t *from = r->window + r->at + 1;
	const uint8_t *magic = memmem(from, r->have - 1, REC_MAGIC, REC_MAGIC_SIZE);

	if (magic)
		consume(r, magic - from + 1);
	else /* but one may begin with the last bytes */
		consume(r, r->have < REC_HEADER_SIZE ? r->have : r->have - REC_MAGIC_SIZE + 1);
}

static int look_at_the_rest(struct rec_reader *r, struct rec_damage *d)
{
	int err = fill(r, REC_HEADER_SIZE);

	while (!err && r->have >= REC_HEADER_SIZE) {
		struct rec_frame f;

		/* The first one is damaged though its header may not be. */
		if (r->offset > d->offset && rec_header_get(&f, r->window + r->at))
			err = skip_frame(r, &f, d);
		else
			skip_to_magic(r);
		if (!err)
			err = fill(r, REC_HEADER_SIZE);
	}
	consume(r, r->have);
	return err;
}

int rec_reader_damage(struct rec_reader *r, struct rec_damage *d)
{
	int err;

	*d = (struct rec_damage){ .what = r->wrong, .offset = r->offset };
	if (!r->wrong)
		return 0;
	err = look_at_the_rest(r, d);
	d->bytes = r->offset - d->offset;
	return err;
}
