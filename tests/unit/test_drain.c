// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programs write onto tapes arrives in the recording, in its order, with
 * its time, and what found no room is counted where it is missing. The writer's
 * half (bpf/record_chunks.h) is the same that runs in the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
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

static int setup_for(uint32_t vcpu)
{
	json_t *o = json_object();

	memset(tapes, 0, sizeof(tapes));
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

static int setup(void **state)
{
	(void)state;
	return setup_for(NP_ANY_VCPU);
}

static int teardown(void **state)
{
	(void)state;
	drain_free(drain);
	rec_writer_free(writer);
	bytes_free(&file);
	return 0;
}

static void begin_vcpu(uint32_t slot)
{
	struct np_tape *t = &tapes[slot];

	*t = (struct np_tape){ .slot = slot + 1, .isa = NP_ISA_VMX, .tgid = 100 + slot,
			       .vcpu_id = slot % 4 };
	np_publish(t->key, 0xffff888000000000u + slot);
}

/* As record() of bpf/record_maps.bpf.h. */
static void happens(uint32_t slot, uint32_t type, uint32_t reason, uint64_t ns)
{
	struct np_tape *t = &tapes[slot];

	if (np_tape_is_full(t->at) && !np_tape_turn(&chunks, t))
		return;
	np_tape_write(&chunks, t, np_event_word(type, NP_LEVEL_L1, reason, ns));
}

/* What is in the recording, stream by stream. */
static struct got {
	uint64_t events, lost, last_ns;
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

static void read_recording(void)
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

static void events_arrive_with_their_time(void **state)
{
	/* Beyond the bits that a word has. */
	const uint64_t now = (5ull << 50) + 12345;

	(void)state;
	begin_vcpu(3);
	for (uint32_t i = 0; i < 5000; i++) {
		happens(3, NP_EVENT_EXIT, i % 60, now + 10 * i);
		if (i % 700 == 0)
			sweep(now + 10 * i);
	}
	sweep(now + 50000);
	read_recording();
	assert_int_equal(got[1].events, 5000);
	assert_true(got[1].last_ns == now + 49990);
	assert_true(got[1].whose.tgid == 103 && got[1].whose.vcpu == 3);
	assert_string_equal(got[1].whose.vm, "vm-103");
	assert_int_equal(chunks.nr_free, CHUNKS - 1); /* it goes on with one */
}

static void time_that_wraps_and_goes_back(void **state)
{
	const uint64_t wrap = 3ull << 50;

	(void)state;
	begin_vcpu(0);
	happens(0, NP_EVENT_EXIT, 1, wrap - 100);
	happens(0, NP_EVENT_EXIT, 1, wrap - 50);
	sweep(wrap - 40);
	happens(0, NP_EVENT_EXIT, 1, wrap + 10);
	happens(0, NP_EVENT_EXIT, 1, wrap + 5); /* another CPU's clock */
	sweep(wrap + 20);
	read_recording();
	assert_int_equal(got[1].events, 4);
	assert_true(got[1].last_ns == wrap + 10);
}

/* No chunk is left: what is missing is counted, and told where it is missing. */
static void losses_are_counted_exactly(void **state)
{
	const uint32_t room = CHUNKS * NP_CHUNK_EVENTS;

	(void)state;
	begin_vcpu(0);
	for (uint32_t i = 0; i < room + 777; i++)
		happens(0, NP_EVENT_ENTRY, 0, 1000 + i);
	assert_int_equal(tapes[0].lost, 777);
	sweep(1000 + room);
	happens(0, NP_EVENT_ENTRY, 0, 1000000);
	sweep(2000000);
	read_recording();
	assert_int_equal(got[1].events, room + 1);
	assert_int_equal(got[1].lost, 777);
	assert_true(got[1].losses == 1 && got[1].lost_after[0] == room);
}

static void losses_at_both_ends(void **state)
{
	(void)state;
	begin_vcpu(0);
	for (uint32_t i = 0; i < CHUNKS * NP_CHUNK_EVENTS; i++)
		happens(0, NP_EVENT_ENTRY, 0, 1000 + i);
	begin_vcpu(1);
	happens(1, NP_EVENT_EXIT, 9, 500000);
	happens(1, NP_EVENT_EXIT, 9, 500001);
	sweep(600000);
	happens(1, NP_EVENT_EXIT, 9, 600001);
	for (uint32_t i = 0; i < CHUNKS * NP_CHUNK_EVENTS; i++)
		happens(1, NP_EVENT_EXIT, 9, 600002 + i);
	assert_int_equal(drain_finish(drain, 900000), 0);
	read_recording();
	assert_true(got[2].losses == 2 && got[2].lost_after[0] == 0);
	assert_int_equal(got[2].events + got[2].lost, 3 + CHUNKS * NP_CHUNK_EVENTS);
	assert_int_equal(rec_writer_totals(writer)->events, got[1].events + got[2].events);
	assert_int_equal(rec_writer_totals(writer)->lost, got[2].lost);
}

static void vcpu_that_is_gone_gives_all_back(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 3; n++) {
		begin_vcpu(5);
		for (uint32_t i = 0; i < 3000; i++)
			happens(5, NP_EVENT_EXIT, 1, 1000000 * n + 1000 + i);
		if (n == 1)
			sweep(1000000 * n + 5000);
		np_publish(tapes[5].key, NP_KEY_GONE);
		sweep(1000000 * n + 6000);
		assert_int_equal(slots_freed, n + 1);
		assert_int_equal(chunks.nr_free, CHUNKS);
	}
	begin_vcpu(6); /* it has done nothing, and is gone */
	np_publish(tapes[6].key, NP_KEY_GONE);
	sweep(7000000);
	read_recording();
	assert_int_equal(streams, 4);
	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(got[i].events, 3000);
		assert_true(got[i].gone);
	}
	assert_true(got[4].gone && !got[4].events);
}

static void only_the_vcpu_that_is_wanted(void **state)
{
	teardown(state);
	setup_for(2);
	for (uint32_t slot = 0; slot < 8; slot++) {
		begin_vcpu(slot);
		for (uint32_t i = 0; i < 1500; i++)
			happens(slot, NP_EVENT_EXIT, 1, 1000 + i);
	}
	sweep(10000);
	assert_int_equal(chunks.nr_free, CHUNKS - 8);
	read_recording();
	assert_int_equal(rec_writer_totals(writer)->events, 2 * 1500);
}

static void what_has_no_slot_is_told_by_marks(void **state)
{
	(void)state;
	missed = 3;
	sweep(10);
	missed = 10;
	sweep(20);
	sweep(30);
	read_recording();
	assert_int_equal(marks_missed, 10);
	assert_int_equal(rec_writer_totals(writer)->lost, 10);
}

static void full_disk_is_an_error(void **state)
{
	(void)state;
	file.room = file.size;
	begin_vcpu(0);
	happens(0, NP_EVENT_EXIT, 1, 1000);
	assert_int_equal(drain_sweep(drain, 2000), -ENOSPC);
	assert_int_equal(drain_sweep(drain, 3000), -ENOSPC);
}

/* Writers on threads of their own, as fast as they can, and a reader beside them. */
enum { WRITERS = 3, EACH = 400000 };

static void *write_tape(void *arg)
{
	uint32_t slot = (uintptr_t)arg;
	struct np_tape *t = &tapes[slot];

	for (uint32_t i = 0; i < EACH; i++) {
		bool room = true;

		if (np_tape_is_full(t->at)) {
			pthread_mutex_lock(&lock);
			room = np_tape_turn(&chunks, t);
			pthread_mutex_unlock(&lock);
		}
		if (room)
			np_tape_write(&chunks, t,
				      np_event_word(NP_EVENT_EXIT, 0, i % 64, 1000 + i));
	}
	return NULL;
}

static void writers_beside_the_reader(void **state)
{
	pthread_t thread[WRITERS];
	uint32_t holders = 0;

	(void)state;
	for (uint32_t i = 0; i < WRITERS; i++) {
		begin_vcpu(i);
		pthread_create(&thread[i], NULL, write_tape, (void *)(uintptr_t)i);
	}
	for (int i = 0; i < 2000; i++)
		sweep(1000);
	for (uint32_t i = 0; i < WRITERS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(drain_finish(drain, 1000 + EACH), 0);
	numbered = true;
	read_recording();
	numbered = false;
	for (uint32_t i = 1; i <= WRITERS; i++)
		assert_int_equal(got[i].events + got[i].lost, EACH);
	for (uint32_t i = 0; i < WRITERS; i++) /* one may have found none, ever */
		holders += tapes[i].first != 0;
	assert_int_equal(chunks.nr_free, CHUNKS - holders);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_arrive_with_their_time, setup, teardown),
		cmocka_unit_test_setup_teardown(time_that_wraps_and_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(losses_are_counted_exactly, setup, teardown),
		cmocka_unit_test_setup_teardown(losses_at_both_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(vcpu_that_is_gone_gives_all_back, setup, teardown),
		cmocka_unit_test_setup_teardown(only_the_vcpu_that_is_wanted, setup, teardown),
		cmocka_unit_test_setup_teardown(what_has_no_slot_is_told_by_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(full_disk_is_an_error, setup, teardown),
		cmocka_unit_test_setup_teardown(writers_beside_the_reader, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
