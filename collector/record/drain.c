// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/drain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* As user space sees them: they change under its eyes, and order matters. */
#define READ(what) __atomic_load_n(&(what), __ATOMIC_ACQUIRE)

#define HALF_OF_TIME (1ull << (63 - NP_EVENT_NS_SHIFT))
#define TYPE_MASK ((1 << NP_EVENT_LEVEL_SHIFT) - 1)
#define LEVEL_MASK ((1 << (NP_EVENT_REASON_SHIFT - NP_EVENT_LEVEL_SHIFT)) - 1)

/* So often events are read; more often when they come so fast that the chunks run out. */
#define PAUSE_S 0.05
#define MIN_PAUSE_S 0.001
#define HURRY -20

/* How far a tape was read. */
struct reading {
	uint32_t stream; /* 0: not known yet */
	bool wanted;
	bool dated;	/* `ns` is the last event's time */
	bool in_run;	/* the writer's run is this tape's */
	uint32_t chunk; /* + 1; 0: none yet */
	uint32_t word;	/* the next one */
	uint64_t ns;
	uint64_t early; /* an entry that was still held when it was read; 0: none */
};

struct drain {
	struct drain_source s;
	struct rec_writer *w;
	uint32_t vcpu;
	uint32_t streams; /* handed out so far */
	uint32_t freed; /* chunks, by the last sweep */
	double pause;
	uint64_t missed;
	uint64_t now;
	uint64_t marked; /* the last mark */
	struct reading reading[NP_MAX_VCPUS];
	uint32_t accesses; /* handed out so far */
	uint32_t access[NP_MAX_ACCESS_ROWS]; /* what a row is in the recording; 0: not told yet */
};

struct drain *drain_new(const struct drain_source *s, struct rec_writer *w, uint32_t vcpu)
{
	struct drain *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->s = *s;
	d->w = w;
	d->vcpu = vcpu;
	d->pause = PAUSE_S;
	return d;
}

void drain_free(struct drain *d)
{
	free(d);
}

void drain_hurry(void)
{
	setpriority(PRIO_PROCESS, 0, HURRY);
}

double drain_pause(struct drain *d)
{
	if (d->freed * 8ull > d->s.nr_chunks)
		d->pause /= 4;
	else if (d->freed * 64ull < d->s.nr_chunks)
		d->pause *= 2;
	d->pause = fmin(fmax(d->pause, MIN_PAUSE_S), PAUSE_S);
	return d->pause;
}

static int meet(struct drain *d, struct reading *r, const struct np_tape *t)
{
	struct rec_stream s = { .isa = t->isa,
				.whose = { .tgid = t->tgid, .vcpu = t->vcpu_id } };

	r->wanted = d->vcpu == NP_ANY_VCPU || d->vcpu == t->vcpu_id;
	r->stream = s.stream = ++d->streams;
	if (!r->wanted)
		return 0;
	d->s.name_vm(t->tgid, s.whose.vm, d->s.arg);
	return rec_write_stream(d->w, &s);
}

static int put(struct drain *d, struct reading *r, const struct rec_event *e)
{
	int err = r->in_run ? 0 : rec_write_run(d->w, r->stream, r->dated ? r->ns : d->now);

	r->in_run = true;
	return err ? err : rec_write_event(d->w, e);
}

static int put_lost(struct drain *d, struct reading *r, uint64_t lost)
{
	/* An entry was read before it was lost, as the first of these. */
	if (lost && r->early) {
		lost -= np_event_stands_for(r->early);
		r->early = 0;
	}
	return lost && r->wanted ? put(d, r, &(struct rec_event){ lost, NP_EVENT_LOST, 0, 0 }) : 0;
}

/* The whole time, from its low bits and a time that is near it. */
static uint64_t whole_time(uint64_t low, uint64_t near)
{
	uint64_t ahead = (low - near) & NP_EVENT_NS_MASK;

	return ahead < HALF_OF_TIME ? near + ahead : near - (NP_EVENT_NS_MASK + 1 - ahead);
}

static int tell_access(struct drain *d, const struct reading *r, uint32_t index)
{
	const struct np_access_row *row = &d->s.rows[index];
	const struct rec_access a = {
		.access = ++d->accesses,
		.stream = r->stream,
		.what = { .write = row->kind & NP_ACCESS_WRITE,
			  .memory = row->kind & NP_ACCESS_MEMORY,
			  .unknown = row->kind >> NP_ACCESS_UNKNOWN_SHIFT,
			  .field = row->field,
			  .address = row->address },
	};

	d->access[index] = a.access;
	return rec_write_access(d->w, &a);
}

/* What it was is told before, once. */
static int put_access(struct drain *d, struct reading *r, uint64_t row)
{
	struct rec_event e = { .type = NP_EVENT_ACCESS };
	int err = 0;

	if (d->s.rows && row && row <= NP_MAX_ACCESS_ROWS) {
		if (!d->access[row - 1])
			err = tell_access(d, r, row - 1);
		e.ns = d->access[row - 1];
	}
	return err ? err : put(d, r, &e);
}

/* What has no time of its own comes after what was there before: the last mark, too. */
static uint64_t time_of(const struct drain *d, const struct reading *r, uint64_t word)
{
	uint64_t low = word >> NP_EVENT_NS_SHIFT, near = r->dated ? r->ns : d->now;

	if (!low)
		return near > d->marked ? near : d->marked;
	return whole_time(low, near);
}

static int put_word(struct drain *d, struct reading *r, uint64_t word)
{
	uint64_t ns = time_of(d, r, word);
	struct rec_event e = { .type = word & TYPE_MASK,
			       .level = word >> NP_EVENT_LEVEL_SHIFT & LEVEL_MASK,
			       .reason = word >> NP_EVENT_REASON_SHIFT & NP_EVENT_REASON_MAX };
	int err;

	if (e.type == NP_EVENT_ACCESS)
		return put_access(d, r, word >> NP_EVENT_NS_SHIFT);
	/* The kernel's fast clock may go back a little between two CPUs. */
	if (!r->dated || ns > r->ns)
		r->ns = ns;
	r->dated = true;
	e.ns = r->ns;
	if (!np_event_enters(word))
		return put(d, r, &e);
	err = put(d, r, &(struct rec_event){ e.ns, NP_EVENT_VMENTER, NP_LEVEL_UNKNOWN,
					      NP_VMENTER_TOLD_LATE });
	e.reason = 0;
	return err ? err : put(d, r, &e);
}

/* The vCPU's rows will be others'. */
static void forget_accesses(struct drain *d, uint32_t slot)
{
	for (uint32_t i = 0; d->s.rows && i < NP_MAX_ACCESS_ROWS; i++)
		if (d->s.rows[i].slot == slot)
			d->access[i] = 0;
}

/* The chunk's words from the next one up to `end`. */
static int read_words(struct drain *d, struct reading *r, uint32_t end)
{
	const struct np_chunk *c = &d->s.chunks[r->chunk - 1];
	int err = 0;

	for (; !err && r->word < end; r->word++) {
		uint64_t word = c->word[r->word];

		if (word && word != r->early && r->wanted)
			err = put_word(d, r, word);
		r->early = word ? 0 : r->early;
	}
	return err;
}

static int begin_chunk(struct drain *d, struct reading *r, uint32_t chunk)
{
	int err;

	r->chunk = chunk;
	r->word = NP_CHUNK_HEAD;
	err = put_lost(d, r, d->s.chunks[chunk - 1].lost);
	/* The first event may be older than `now`, which the loss got for want of a better. */
	r->in_run = r->in_run && r->dated;
	return err;
}

static void give_back(struct drain *d, uint32_t chunk)
{
	memset(&d->s.chunks[chunk - 1], 0, sizeof(struct np_chunk));
	d->freed++;
	d->s.free_chunk(d->s.arg, chunk);
}

/* Where in the chunk the writer is; 0: it has gone on to another one meanwhile. */
static uint32_t writer_in_chunk(const struct np_tape *t, uint32_t chunk)
{
	uint32_t at = READ(t->at);

	return (at - 1) >> NP_CHUNK_BITS == chunk - 1 ? at - (chunk - 1) * NP_CHUNK_WORDS : 0;
}

/* A writer that is faster than we are is left at some time: the others wait, too. */
static int read_chunks(struct drain *d, struct reading *r, const struct np_tape *t)
{
	int err = 0;

	for (uint32_t n = 0; !err && n <= d->s.nr_chunks; n++) {
		uint32_t old = r->chunk, end = writer_in_chunk(t, old);
		uint32_t next = READ(d->s.chunks[old - 1].next);

		if (!next && !end)
			continue; /* it goes on to another one right now */
		err = read_words(d, r, next ? NP_CHUNK_WORDS : end);
		if (err || !next)
			break;
		err = begin_chunk(d, r, next);
		give_back(d, old);
	}
	return err;
}

/* An entry that waits for its exit must not wait longer than the next mark. */
static int read_held(struct drain *d, struct reading *r, const struct np_tape *t)
{
	uint64_t held = READ(t->held);
	bool in_order = r->chunk ? writer_in_chunk(t, r->chunk) == r->word : !READ(t->first);

	/* What was written or lost before it meanwhile has to be told first: next time. */
	if (!held || held == r->early || !r->wanted || !in_order || READ(t->lost))
		return 0;
	r->early = held;
	return put_word(d, r, held);
}

/* When nothing more is written: what no chunk tells. */
static int read_rest(struct drain *d, struct reading *r, const struct np_tape *t)
{
	uint64_t early = r->early;
	int err = put_lost(d, r, t->lost);

	if (!err && t->held && t->held != early && r->wanted)
		err = put_word(d, r, t->held);
	r->early = t->held;
	return err;
}

/* The tape and what it is made of are free. */
static int end_tape(struct drain *d, struct reading *r, struct np_tape *t)
{
	struct rec_event gone = { .type = NP_EVENT_GONE };
	int err = read_rest(d, r, t);

	gone.ns = r->dated ? r->ns : d->now;
	if (!err && r->wanted)
		err = put(d, r, &gone);
	if (r->chunk)
		give_back(d, r->chunk);
	forget_accesses(d, t - d->s.tapes + 1);
	memset(r, 0, sizeof(*r));
	memset(t, 0, sizeof(*t));
	d->s.free_slot(d->s.arg, t - d->s.tapes + 1);
	return err;
}

static int sweep_tape(struct drain *d, uint32_t slot)
{
	struct np_tape *t = &d->s.tapes[slot];
	struct reading *r = &d->reading[slot];
	uint64_t key = READ(t->key); /* before the events: none comes after it is gone */
	uint32_t first = READ(t->first);
	int err = 0;

	if (!key)
		return 0;
	r->in_run = false;
	if (!r->stream)
		err = meet(d, r, t);
	if (!err && !r->chunk && first)
		err = begin_chunk(d, r, first);
	if (!err && r->chunk)
		err = read_chunks(d, r, t);
	if (!err)
		err = read_held(d, r, t);
	if (!err && key == NP_KEY_GONE)
		err = end_tape(d, r, t);
	return err;
}

static int sweep_tapes(struct drain *d, uint64_t now)
{
	int err = 0;

	d->now = now;
	d->freed = 0;
	for (uint32_t i = 0; !err && i < NP_MAX_VCPUS; i++)
		err = sweep_tape(d, i);
	return err;
}

static int put_mark(struct drain *d, uint64_t now)
{
	uint64_t missed = d->s.missed(d->s.arg), before = d->missed;

	d->missed = missed;
	d->marked = now;
	return rec_write_mark(d->w, now, missed - before);
}

int drain_sweep(struct drain *d, uint64_t now)
{
	int err = sweep_tapes(d, now);

	return err ? err : put_mark(d, now);
}

int drain_finish(struct drain *d, uint64_t now)
{
	int err = sweep_tapes(d, now);

	for (uint32_t i = 0; !err && i < NP_MAX_VCPUS; i++) {
		struct reading *r = &d->reading[i];

		r->in_run = false;
		if (r->stream)
			err = read_rest(d, r, &d->s.tapes[i]);
	}
	return err ? err : put_mark(d, now);
}
