/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings of random events, and all that reading one gives. */
#ifndef NESTPROF_RECORDING_RANDOM_H
#define NESTPROF_RECORDING_RANDOM_H

#include "bpf/events.h"
#include "tests/unit/recording_bytes.h"

/* Everything that reading gave, in a row, so that two readings can be compared. */
struct seen {
	struct item {
		uint32_t stream; /* 0: a mark */
		struct rec_event e;
	} *item;
	size_t n, events, frames;
	int err;
	bool end;
	struct rec_damage damage;
};

static struct bytes file;
static struct seen whole;

static inline void see(struct seen *s, uint32_t stream, struct rec_event e)
{
	if (!(s->n & (s->n - 1))) /* room for twice as many */
		s->item = reallocarray(s->item, s->n ? 2 * s->n : 1, sizeof(*s->item));
	assert_non_null(s->item);
	memset(&s->item[s->n], 0, sizeof(*s->item));
	s->item[s->n].stream = stream;
	s->item[s->n].e.ns = e.ns;
	s->item[s->n].e.type = e.type;
	s->item[s->n].e.level = e.level;
	s->item[s->n++].e.reason = e.reason;
	s->events += stream != 0;
}

static inline void see_batch(struct seen *s, const struct rec_batch *b)
{
	struct rec_cursor c = { 0 };
	const struct rec_run *run;
	struct rec_event e;

	while ((run = rec_cursor_run(&c, b))) {
		if (!run->stream)
			see(s, 0, (struct rec_event){ .ns = run->ns + run->n });
		while (rec_cursor_event(&c, b, &e))
			see(s, run->stream, e);
	}
}

static inline struct seen read_all(struct bytes *b)
{
	struct rec_reader *r;
	struct seen s = { 0 };
	const struct rec_frame *f;

	b->at = 0;
	r = rec_reader_new(bytes_read, b);
	assert_non_null(r);
	while ((s.err = rec_read_frame(r, &f)) == 1) {
		s.frames++;
		s.end = f->type == REC_END;
		if (f->type == REC_EVENTS)
			see_batch(&s, rec_reader_batch(r));
		else
			assert_true(json_is_object(rec_reader_json(r)));
	}
	assert_int_equal(rec_reader_damage(r, &s.damage), 0);
	rec_reader_free(r);
	return s;
}

static inline void forget(struct seen *s)
{
	free(s->item);
	memset(s, 0, sizeof(*s));
}

static uint64_t seed = 1;

static inline uint32_t random32(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return seed >> 32;
}

/* What a random event of a run would be; now and then, after a very long time. */
static inline struct rec_event random_event(uint64_t *now)
{
	struct rec_event e = { .type = random32() % NP_EVENT_TYPES,
			       .level = random32() % 3,
			       .reason = random32() % 256 };

	*now += random32() % 1000 ? random32() % 100000 : (uint64_t)random32() << 8;
	e.ns = !np_event_has_time(e.type) ? random32() : *now;
	return e;
}

static inline void write_object(struct rec_writer *w, enum rec_type type)
{
	json_t *o = json_pack("{s:s}", "what", "the test's");

	assert_int_equal(rec_write_json(w, type, o), 0);
	json_decref(o);
}

static inline void write_stream(struct rec_writer *w, uint32_t stream)
{
	struct rec_stream s = { .stream = stream, .isa = NP_ISA_VMX,
				.whose = { .tgid = 4711, .vcpu = stream, .vm = "web" } };

	assert_int_equal(rec_write_stream(w, &s), 0);
}

static inline void write_run(struct rec_writer *w, uint32_t stream, uint32_t events, uint64_t *now)
{
	assert_int_equal(rec_write_run(w, stream, *now), 0);
	while (events--) {
		struct rec_event e = random_event(now);

		see(&whole, stream, e);
		assert_int_equal(rec_write_event(w, &e), 0);
	}
}

static inline void write_sweeps(struct rec_writer *w, uint32_t sweeps, uint32_t events)
{
	uint64_t now[3] = { 1000000, 1000001, 1000002 };

	for (uint32_t i = 0; i < sweeps; i++) {
		for (uint32_t stream = 1; stream <= 2; stream++)
			write_run(w, stream, random32() % events, &now[stream]);
		assert_int_equal(rec_write_mark(w, now[1], i), 0);
		see(&whole, 0, (struct rec_event){ .ns = now[1] + i });
		if (i % 3 == 2)
			assert_int_equal(rec_flush(w), 0);
	}
}

/* A recording of random events; `whole` is what should be read. */
static inline void record(uint32_t sweeps, uint32_t events)
{
	struct rec_writer *w = rec_writer_new(bytes_write, &file);

	assert_non_null(w);
	rec_writer_takes_accesses(w);
	write_object(w, REC_FILE);
	write_stream(w, 1);
	write_stream(w, 2);
	write_sweeps(w, sweeps, events);
	write_object(w, REC_END);
	assert_int_equal(rec_writer_totals(w)->bytes, file.size);
	whole.frames = rec_writer_totals(w)->frames;
	rec_writer_free(w);
}

static inline int teardown(void **state)
{
	(void)state;
	bytes_free(&file);
	forget(&whole);
	return 0;
}

/* What was read is what was written, up to some event. */
static inline void is_prefix(const struct seen *s)
{
	assert_true(s->n <= whole.n);
	for (size_t i = 0; i < s->n; i++)
		assert_memory_equal(&s->item[i], &whole.item[i], sizeof(*s->item));
}

#endif
