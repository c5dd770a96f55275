// SPDX-License-Identifier: GPL-2.0-only
/* Recordings: what is written is read, and where one is cut off or changed is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "tests/unit/recording_random.h"

static void what_is_written_is_read(void **state)
{
	struct seen s;

	(void)state;
	record(20, 3000);
	s = read_all(&file);
	assert_int_equal(s.err, 0);
	assert_null(s.damage.what);
	assert_true(s.end);
	assert_int_equal(s.n, whole.n);
	assert_int_equal(s.frames, whole.frames);
	is_prefix(&s);
	forget(&s);
}

/* More in a run than goes into a frame, and more runs. */
static void frames_are_cut_where_they_are_full(void **state)
{
	struct rec_writer *w = rec_writer_new(bytes_write, &file);
	uint64_t now = 5;
	struct seen s;

	(void)state;
	rec_writer_takes_accesses(w);
	write_object(w, REC_FILE);
	write_stream(w, 7);
	write_run(w, 7, 2 * REC_MAX_EVENTS + 3, &now);
	for (uint32_t i = 0; i < REC_MAX_RUNS + 5; i++)
		write_run(w, 7, i % 2, &now);
	write_object(w, REC_END);
	rec_writer_free(w);
	s = read_all(&file);
	assert_null(s.damage.what);
	assert_int_equal(s.n, whole.n);
	assert_true(s.frames >= 3 + 4);
	is_prefix(&s);
	forget(&s);
}

static void more_were_lost_than_a_mark_can_say(void **state)
{
	struct rec_writer *w = rec_writer_new(bytes_write, &file);
	struct seen s;

	(void)state;
	write_object(w, REC_FILE);
	assert_int_equal(rec_write_mark(w, 100, 3ull << 32), 0);
	assert_true(rec_writer_totals(w)->lost == 3ull << 32);
	write_object(w, REC_END);
	rec_writer_free(w);
	s = read_all(&file);
	assert_int_equal(s.n, 4);
	forget(&s);
}

/* The last whole frame's end before `size`; how many there are. */
static size_t whole_frames(size_t size, uint32_t *frames)
{
	*frames = 0;
	while (*frames < file.nr_frames && file.end_of_frame[*frames] <= size)
		++*frames;
	return *frames ? file.end_of_frame[*frames - 1] : 0;
}

static void cut_off_at_every_byte(void **state)
{
	size_t size;

	(void)state;
	record(6, 40);
	size = file.size;
	for (file.size = 0; file.size < size; file.size++) {
		uint32_t frames;
		size_t end = whole_frames(file.size, &frames);
		struct seen s = read_all(&file);

		assert_int_equal(s.err, frames ? 0 : -EBADMSG);
		assert_int_equal(s.frames, frames);
		assert_int_equal(s.damage.offset, end);
		assert_int_equal(s.damage.bytes, file.size - end);
		assert_int_equal(s.damage.frames, 0);
		assert_non_null(s.damage.what);
		is_prefix(&s);
		forget(&s);
	}
	file.size = size;
}

static void every_byte_changed(void **state)
{
	(void)state;
	record(6, 40);
	for (size_t i = 0; i < file.size; i++) {
		uint32_t frames;
		size_t begin = whole_frames(i, &frames);
		struct seen s;

		file.data[i] ^= 1 << i % 8;
		s = read_all(&file);
		file.data[i] ^= 1 << i % 8;
		assert_int_equal(s.err, frames ? 0 : -EBADMSG);
		assert_int_equal(s.frames, frames);
		assert_int_equal(s.damage.offset, begin);
		assert_int_equal(s.damage.bytes, file.size - begin);
		/* All frames behind the damaged one are found again. */
		assert_int_equal(s.damage.frames, file.nr_frames - frames - 1);
		is_prefix(&s);
		forget(&s);
	}
}

static void lost_frames_are_noticed(void **state)
{
	size_t from, to;
	struct seen s;

	(void)state;
	record(6, 40);
	from = file.end_of_frame[2]; /* the first frame of events goes */
	to = file.end_of_frame[3];
	memmove(file.data + from, file.data + to, file.size - to);
	file.size -= to - from;
	s = read_all(&file);
	assert_string_equal(s.damage.what, "frames are missing");
	assert_int_equal(s.frames, 3);
	/* The one that should not have come is damage, too; the end is whole. */
	assert_int_equal(s.damage.frames, 1);
	forget(&s);
}

static void two_recordings_in_a_row_are_one_and_a_rest(void **state)
{
	struct seen s;
	size_t size;

	(void)state;
	record(3, 40);
	size = file.size;
	file.data = realloc(file.data, 2 * size);
	memcpy(file.data + size, file.data, size);
	file.size = 2 * size;
	s = read_all(&file);
	assert_true(s.end);
	assert_int_equal(s.n, whole.n);
	assert_string_equal(s.damage.what, "there is more behind its end");
	assert_int_equal(s.damage.offset, size);
	forget(&s);
}

static void disk_that_is_full_leaves_whole_frames(void **state)
{
	struct rec_writer *w = rec_writer_new(bytes_write, &file);
	struct seen s;
	uint64_t now = 5;
	int err = 0;

	(void)state;
	file.room = 3000;
	rec_writer_takes_accesses(w);
	write_object(w, REC_FILE);
	write_stream(w, 1);
	for (int i = 0; i < 1000 && !err; i++) {
		struct rec_event e = random_event(&now);

		err = rec_write_run(w, 1, now);
		if (!err)
			err = rec_write_event(w, &e);
		if (!err)
			err = rec_flush(w);
	}
	assert_int_equal(err, -ENOSPC);
	assert_int_equal(rec_flush(w), -ENOSPC);
	assert_int_equal(rec_writer_totals(w)->bytes, file.size);
	rec_writer_free(w);
	s = read_all(&file);
	assert_int_equal(s.err, 0);
	assert_string_equal(s.damage.what, "it was cut off");
	assert_int_equal(s.damage.bytes, 0);
	assert_true(s.events > 10);
	forget(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_is_written_is_read, teardown),
		cmocka_unit_test_teardown(frames_are_cut_where_they_are_full, teardown),
		cmocka_unit_test_teardown(more_were_lost_than_a_mark_can_say, teardown),
		cmocka_unit_test_teardown(cut_off_at_every_byte, teardown),
		cmocka_unit_test_teardown(every_byte_changed, teardown),
		cmocka_unit_test_teardown(lost_frames_are_noticed, teardown),
		cmocka_unit_test_teardown(two_recordings_in_a_row_are_one_and_a_rest, teardown),
		cmocka_unit_test_teardown(disk_that_is_full_leaves_whole_frames, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
