// SPDX-License-Identifier: GPL-2.0-only
/* What finds no room on its tape is counted exactly, and told where it is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/tapes.h"

/* One that was read, and is lost then, is not lost. */
static void entry_that_is_lost_after_it_was_read(void **state)
{
	const uint32_t pairs = CHUNKS * NP_CHUNK_PAIRS;

	(void)state;
	begin_vcpu(0);
	for (uint32_t i = 0; i < pairs; i++) {
		enters(0, 1000 + 2 * i);
		happens(0, NP_EVENT_EXIT, 1, 1001 + 2 * i);
	}
	enters(0, 100000);
	chunks.nr_free = 0;
	sweep(100010);
	chunks.nr_free = 0; /* all are in use again */
	happens(0, NP_EVENT_EXIT, 1, 100020);
	enters(0, 100030);
	happens(0, NP_EVENT_EXIT, 1, 100040);
	enters(0, 100050);
	sweep(100060);
	assert_int_equal(drain_finish(drain, 100070), 0);
	read_recording();
	assert_int_equal(got[1].events, 2 * pairs + 2);
	assert_int_equal(got[1].lost, 3);
	assert_int_equal(got[1].lost_after[0], 2 * pairs + 1);
}

/* No chunk is left: what is missing is counted, and told where it is missing. */
static void losses_are_counted_exactly(void **state)
{
	const uint32_t room = CHUNKS * NP_CHUNK_PAIRS;

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
	for (uint32_t i = 0; i < CHUNKS * NP_CHUNK_PAIRS; i++)
		happens(0, NP_EVENT_ENTRY, 0, 1000 + i);
	begin_vcpu(1);
	happens(1, NP_EVENT_EXIT, 9, 500000);
	happens(1, NP_EVENT_EXIT, 9, 500001);
	sweep(600000);
	happens(1, NP_EVENT_EXIT, 9, 600001);
	for (uint32_t i = 0; i < CHUNKS * NP_CHUNK_PAIRS; i++)
		happens(1, NP_EVENT_EXIT, 9, 600002 + i);
	assert_int_equal(drain_finish(drain, 900000), 0);
	read_recording();
	assert_true(got[2].losses == 2 && got[2].lost_after[0] == 0);
	assert_int_equal(got[2].events + got[2].lost, 3 + CHUNKS * NP_CHUNK_PAIRS);
	assert_int_equal(rec_writer_totals(writer)->events, got[1].events + got[2].events);
	assert_int_equal(rec_writer_totals(writer)->lost, got[2].lost);
}

static void what_stands_for_two_is_lost_twice(void **state)
{
	const uint32_t room = CHUNKS * NP_CHUNK_PAIRS;
	const uint64_t two = np_event_word(NP_EVENT_ENTRY, NP_LEVEL_L2, NP_ENTRY_ENTERS, 90000);

	(void)state;
	begin_vcpu(0);
	for (uint32_t early = 0; early < 2; early++) {
		for (uint32_t i = 0; i < room; i++)
			happens(0, NP_EVENT_EXIT, 1, 1000 + i);
		np_publish(tapes[0].held, two);
		if (early) {
			sweep(100000);
			chunks.nr_free = 0; /* all are in use again */
		}
		happens(0, NP_EVENT_EXIT, 1, 100040);
		assert_int_equal(tapes[0].lost, 3);
		if (!early) {
			teardown(state);
			setup(state);
			begin_vcpu(0);
		}
	}
	assert_int_equal(drain_finish(drain, 100070), 0);
	read_recording();
	assert_int_equal(got[1].events, room + 2);
	assert_int_equal(got[1].lost, 1);
}

/* Writers on threads of their own, as fast as they can, and a reader beside them. */
enum { WRITERS = 3, EACH = 400000 };

static void *write_tape(void *arg)
{
	uint32_t slot = (uintptr_t)arg;
	struct np_tape *t = &tapes[slot];

	for (uint32_t i = 0; i < EACH; i++) {
		uint64_t word = np_event_word(NP_EVENT_EXIT, 0, i % 64, 1000 + i);
		bool room = true;

		if (i % 2 == 0) { /* an entry */
			np_publish(t->held, word);
			continue;
		}
		if (np_tape_is_full(t->at)) {
			pthread_mutex_lock(&lock);
			room = np_tape_turn(&chunks, t);
			pthread_mutex_unlock(&lock);
		}
		if (room)
			np_tape_write(&chunks, t, word);
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
		cmocka_unit_test_setup_teardown(what_stands_for_two_is_lost_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(entry_that_is_lost_after_it_was_read, setup,
						teardown),
		cmocka_unit_test_setup_teardown(losses_are_counted_exactly, setup, teardown),
		cmocka_unit_test_setup_teardown(losses_at_both_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(writers_beside_the_reader, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
