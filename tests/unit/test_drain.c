// SPDX-License-Identifier: GPL-2.0-only
/* What programs write onto tapes arrives in the recording, in its order, with its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "tests/unit/tapes.h"

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

/* They come at once, though they wait for an exit, and come once. */
static void entries_do_not_wait(void **state)
{
	(void)state;
	begin_vcpu(0);
	enters(0, 1000);
	sweep(1100);
	read_recording();
	assert_int_equal(got[1].events, 1);
	for (uint32_t i = 0; i < 2000; i++) {
		if (i % 3)
			sweep(2000 + 10 * i);
		happens(0, NP_EVENT_EXIT, 1, 2000 + 10 * i);
		if (i % 5)
			sweep(2000 + 10 * i);
		enters(0, 2005 + 10 * i);
	}
	enters(0, 30000);
	enters(0, 30001);
	enters(0, 30002);
	assert_int_equal(drain_finish(drain, 40000), 0);
	read_recording();
	assert_int_equal(got[1].events, 1 + 2 * 2000 + 3);
	assert_int_equal(got[1].lost, 0);
	assert_int_equal(got[1].last_ns, 30002);
}

/* An entry into L2 that stands for L1's as well becomes both, whoever reads it when. */
static void entries_of_l1_are_two_events(void **state)
{
	(void)state;
	begin_vcpu(0);
	for (uint32_t i = 0; i < 2000; i++) {
		happens(0, NP_EVENT_EXIT, 24, 2000 + 10 * i);
		np_publish(tapes[0].held, np_event_word(NP_EVENT_ENTRY, NP_LEVEL_L2,
							NP_ENTRY_ENTERS, 2005 + 10 * i));
		if (i % 3)
			sweep(2007 + 10 * i);
	}
	assert_int_equal(drain_finish(drain, 40000), 0);
	read_recording();
	assert_int_equal(got[1].events, 3 * 2000);
	assert_int_equal(got[1].of_type[NP_EVENT_VMENTER], 2000);
	assert_int_equal(got[1].of_type[NP_EVENT_ENTRY], 2000);
	assert_int_equal(got[1].lost, 0);
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

/* They come after the event before, and after the mark: nothing comes before a mark behind it. */
static void events_without_a_time(void **state)
{
	(void)state;
	begin_vcpu(0);
	happens(0, NP_EVENT_EXIT, 10, 1000);
	happens(0, NP_EVENT_EXIT, 23, 0);
	sweep(2000);
	read_recording();
	assert_int_equal(got[1].events, 2);
	assert_int_equal(got[1].last_ns, 1000);
	happens(0, NP_EVENT_EXIT, 23, 0);
	sweep(3000);
	read_recording();
	assert_int_equal(got[1].events, 3);
	assert_int_equal(got[1].last_ns, 2000);
	happens(0, NP_EVENT_EXIT, 23, 0);
	happens(0, NP_EVENT_EXIT, 10, 3500);
	happens(0, NP_EVENT_EXIT, 23, 0);
	sweep(4000);
	read_recording();
	assert_int_equal(got[1].events, 6);
	assert_int_equal(got[1].last_ns, 3500);
}

/* What L1 was given, and its exit: one pair, and both without a time. */
static void two_events_at_once(void **state)
{
	const uint64_t given = np_event_word(NP_EVENT_INJECT, NP_LEVEL_UNKNOWN, 10, 0);
	const uint64_t exit = np_event_word(NP_EVENT_EXIT, NP_LEVEL_L1, 23, 0);

	(void)state;
	begin_vcpu(0);
	for (uint32_t i = 0; i < 1000; i++) {
		happens(0, NP_EVENT_EXIT, 10, 1000 + 10 * i);
		if (np_tape_is_full(tapes[0].at))
			assert_true(np_tape_turn(&chunks, &tapes[0]));
		np_tape_write_both(&chunks, &tapes[0], given, exit);
		if (np_tape_is_full(tapes[0].at))
			assert_true(np_tape_turn(&chunks, &tapes[0]));
		np_tape_write_alone(&chunks, &tapes[0], exit);
		if (i % 3)
			sweep(1005 + 10 * i);
	}
	sweep(20000);
	read_recording();
	assert_int_equal(got[1].events, 4000);
	assert_int_equal(got[1].of_type[NP_EVENT_INJECT], 1000);
	assert_int_equal(got[1].last_ns, 1000 + 10 * 999);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_arrive_with_their_time, setup, teardown),
		cmocka_unit_test_setup_teardown(entries_do_not_wait, setup, teardown),
		cmocka_unit_test_setup_teardown(entries_of_l1_are_two_events, setup, teardown),
		cmocka_unit_test_setup_teardown(time_that_wraps_and_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(events_without_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(two_events_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(vcpu_that_is_gone_gives_all_back, setup, teardown),
		cmocka_unit_test_setup_teardown(only_the_vcpu_that_is_wanted, setup, teardown),
		cmocka_unit_test_setup_teardown(what_has_no_slot_is_told_by_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(full_disk_is_an_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
