/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tapes that a test writes, as programs would: by the same code that runs in the
 * kernel (bpf/record_chunks.h). And what arrives in the recording.
 */
#ifndef NESTPROF_TAPES_H
#define NESTPROF_TAPES_H

#include <pthread.h>
#include <stdio.h>

#include "collector/record/drain.h"
#include "tests/unit/recording_bytes.h"

enum { CHUNKS = 24 };

static struct np_tape tapes[NP_MAX_VCPUS];
static struct np_chunk chunk[CHUNKS];
static uint32_t free_chunks[CHUNKS];
static struct np_chunks chunks;
static uint32_t slots_freed;
static uint64_t missed;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct bytes file;
static struct rec_writer *writer;
static struct drain *drain;

static void put_chunk(void *arg, uint32_t index)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	assert_true(chunks.nr_free < CHUNKS);
	free_chunks[chunks.nr_free++] = index;
	pthread_mutex_unlock(&lock);
}

static void put_slot(void *arg, uint32_t slot)
{
	(void)arg;
	slots_freed++;
	assert_int_equal(tapes[slot - 1].key, 0);
}

static uint64_t get_missed(void *arg)
{
	(void)arg;
	return missed;
}

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	snprintf(name, NP_VM_NAME, "vm-%d", (int)tgid);
}

static const struct drain_source source = { .tapes = tapes,
					    .chunks = chunk,
					    .nr_chunks = CHUNKS,
					    .free_chunk = put_chunk,
					    .free_slot = put_slot,
					    .missed = get_missed,
					    .name_vm = name_vm };

static inline int setup_for(uint32_t vcpu)
{
	json_t *o = json_object();

	memset(tapes, 0, sizeof(tapes));
	memset(chunk, 0, sizeof(chunk));
	chunks = (struct np_chunks){ .chunk = chunk, .max = CHUNKS, .free = free_chunks };
	for (uint32_t i = CHUNKS; i; i--)
		put_chunk(NULL, i);
	slots_freed = 0;
	missed = 0;
	writer = rec_writer_new(bytes_write, &file);
	drain = drain_new(&source, writer, vcpu);
	rec_write_json(writer, REC_FILE, o);
	json_decref(o);
	return writer && drain ? 0 : -1;
}

static inline int setup(void **state)
{
	(void)state;
	return setup_for(NP_ANY_VCPU);
}

static inline int teardown(void **state)
{
	(void)state;
	drain_free(drain);
	rec_writer_free(writer);
	bytes_free(&file);
	return 0;
}

static inline void begin_vcpu(uint32_t slot)
{
	struct np_tape *t = &tapes[slot];

	*t = (struct np_tape){ .slot = slot + 1, .isa = NP_ISA_VMX, .tgid = 100 + slot,
			       .vcpu_id = slot % 4 };
	np_publish(t->key, 0xffff888000000000u + slot);
}

/* As record() of bpf/record_maps.bpf.h: each takes a pair of words. */
static inline void happens(uint32_t slot, uint32_t type, uint32_t reason, uint64_t ns)
{
	struct np_tape *t = &tapes[slot];

	if (np_tape_is_full(t->at) && !np_tape_turn(&chunks, t))
		return;
	np_tape_write(&chunks, t, np_event_word(type, NP_LEVEL_L1, reason, ns));
}

/* What is in the recording, stream by stream. */
static struct got {
	uint64_t events, lost, last_ns;
	uint64_t of_type[NP_EVENT_TYPES];
	uint64_t lost_after[8]; /* events that had come before each loss */
	uint32_t losses;
	bool gone;
	struct stat_whose whose;
} got[NP_MAX_VCPUS];

static uint32_t streams, marks_missed;
static bool numbered; /* an event's reason is its number, and losses have theirs */

static void take_event(struct got *g, const struct rec_event *e)
{
	assert_false(g->gone);
	if (e->type == NP_EVENT_LOST) {
		if (g->losses < 8)
			g->lost_after[g->losses] = g->events;
		g->losses++;
		g->lost += e->ns;
		return;
	}
	assert_true(e->ns >= g->last_ns);
	if (e->type == NP_EVENT_ENTRY)
		assert_true(e->reason != NP_ENTRY_ENTERS);
	g->of_type[e->type]++;
	g->last_ns = e->ns;
	if (numbered)
		assert_int_equal(e->reason, (g->events + g->lost) % 64);
	g->gone = e->type == NP_EVENT_GONE;
	g->events += !g->gone;
}

static void take_batch(const struct rec_batch *b)
{
	struct rec_cursor c = { 0 };
	const struct rec_run *run;
	struct rec_event e;

	while ((run = rec_cursor_run(&c, b))) {
		marks_missed += run->stream ? 0 : run->n;
		while (rec_cursor_event(&c, b, &e)) {
			assert_true(run->stream <= streams);
			take_event(&got[run->stream], &e);
		}
	}
}

static inline void read_recording(void)
{
	const struct rec_frame *f;
	struct rec_reader *r;
	struct rec_stream s;

	assert_int_equal(rec_flush(writer), 0);
	memset(got, 0, sizeof(got));
	streams = 0;
	marks_missed = 0;
	file.at = 0;
	r = rec_reader_new(bytes_read, &file);
	while (rec_read_frame(r, &f) == 1) {
		if (f->type == REC_EVENTS)
			take_batch(rec_reader_batch(r));
		if (f->type != REC_VCPU)
			continue;
		assert_int_equal(rec_stream_from_json(&s, rec_reader_json(r)), 0);
		assert_true(s.stream > streams && s.stream < NP_MAX_VCPUS);
		streams = s.stream;
		got[streams].whose = s.whose;
	}
	rec_reader_free(r);
}

#define sweep(now) assert_int_equal(drain_sweep(drain, now), 0)

/* As hold() does, and hold_level() for the second in a row. */
static inline void enters(uint32_t slot, uint64_t ns)
{
	if (tapes[slot].held)
		return happens(slot, NP_EVENT_ENTRY, 0, ns);
	np_publish(tapes[slot].held, np_event_word(NP_EVENT_ENTRY, NP_LEVEL_L1, 0, ns));
}

#endif
