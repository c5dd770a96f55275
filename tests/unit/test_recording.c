// SPDX-License-Identifier: GPL-2.0-only
/* Recordings: what is written is read, and what is wrong is found and told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <zstd.h>

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

static void see(struct seen *s, uint32_t stream, struct rec_event e)
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

static void see_batch(struct seen *s, const struct rec_batch *b)
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

static struct seen read_all(struct bytes *b)
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

static void forget(struct seen *s)
{
	free(s->item);
	memset(s, 0, sizeof(*s));
}

static uint64_t seed = 1;

static uint32_t random32(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return seed >> 32;
}

/* What a random event of a run would be; now and then, after a very long time. */
static struct rec_event random_event(uint64_t *now)
{
	struct rec_event e = { .type = random32() % NP_EVENT_TYPES,
			       .level = random32() % 3,
			       .reason = random32() % 256 };

	*now += random32() % 1000 ? random32() % 100000 : (uint64_t)random32() << 8;
	e.ns = e.type == NP_EVENT_LOST ? random32() : *now;
	return e;
}

static void write_object(struct rec_writer *w, enum rec_type type)
{
	json_t *o = json_pack("{s:s}", "what", "the test's");

	assert_int_equal(rec_write_json(w, type, o), 0);
	json_decref(o);
}

static void write_stream(struct rec_writer *w, uint32_t stream)
{
	struct rec_stream s = { .stream = stream, .isa = NP_ISA_VMX,
				.whose = { .tgid = 4711, .vcpu = stream, .vm = "web" } };

	assert_int_equal(rec_write_stream(w, &s), 0);
}

static void write_run(struct rec_writer *w, uint32_t stream, uint32_t events, uint64_t *now)
{
	assert_int_equal(rec_write_run(w, stream, *now), 0);
	while (events--) {
		struct rec_event e = random_event(now);

		see(&whole, stream, e);
		assert_int_equal(rec_write_event(w, &e), 0);
	}
}

static void write_sweeps(struct rec_writer *w, uint32_t sweeps, uint32_t events)
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
static void record(uint32_t sweeps, uint32_t events)
{
	struct rec_writer *w = rec_writer_new(bytes_write, &file);

	assert_non_null(w);
	write_object(w, REC_FILE);
	write_stream(w, 1);
	write_stream(w, 2);
	write_sweeps(w, sweeps, events);
	write_object(w, REC_END);
	assert_int_equal(rec_writer_totals(w)->bytes, file.size);
	whole.frames = rec_writer_totals(w)->frames;
	rec_writer_free(w);
}

static int teardown(void **state)
{
	(void)state;
	bytes_free(&file);
	forget(&whole);
	return 0;
}

/* What was read is what was written, up to some event. */
static void is_prefix(const struct seen *s)
{
	assert_true(s->n <= whole.n);
	for (size_t i = 0; i < s->n; i++)
		assert_memory_equal(&s->item[i], &whole.item[i], sizeof(*s->item));
}

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

static void lost_frames_are_noticed_and_their_events_counted(void **state)
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

/* A frame with a header that is in order, whatever it says, behind the first. */
static struct seen read_crafted(struct rec_frame f, const void *stored, size_t size)
{
	struct bytes b = { 0 };
	struct rec_writer *w = rec_writer_new(bytes_write, &b);
	uint8_t header[REC_HEADER_SIZE];
	struct seen s;

	write_object(w, REC_FILE);
	rec_writer_free(w);
	f.version = REC_VERSION;
	f.sequence = 1;
	f.checksum = rec_checksum(stored, size);
	rec_header_put(header, &f);
	bytes_write(&b, header, sizeof(header));
	bytes_write(&b, stored, size);
	s = read_all(&b);
	assert_int_equal(s.frames, 1);
	assert_int_equal(s.err, 0);
	assert_non_null(s.damage.what);
	bytes_free(&b);
	return s;
}

static struct seen read_payload(enum rec_type type, const void *payload, uint32_t size,
				struct rec_frame f)
{
	static uint8_t stored[REC_MAX_STORED];

	f.type = type;
	f.size = size;
	f.stored = ZSTD_compress(stored, sizeof(stored), payload, size, 1);
	assert_false(ZSTD_isError(f.stored));
	return read_crafted(f, stored, f.stored);
}

static void absurd_lengths(void **state)
{
	static const uint32_t sizes[] = { 0, 1, REC_MAX_PAYLOAD, REC_MAX_PAYLOAD + 1,
					  REC_MAX_STORED, REC_MAX_STORED + 1, 1u << 31, ~0u };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (size_t j = 0; j < sizeof(sizes) / sizeof(*sizes); j++)
			for (int type = 0; type <= REC_END + 1; type++)
				read_crafted((struct rec_frame){ .type = type,
								 .stored = sizes[i],
								 .size = sizes[j] },
					     "some bytes", 10);
}

/* A few bytes that would be gigabytes. */
static void what_is_larger_than_it_says_is_not_unpacked(void **state)
{
	enum { LARGE = 256 << 20 };
	size_t room = ZSTD_compressBound(LARGE), n;
	void *zeros = calloc(1, LARGE), *stored = malloc(room);

	(void)state;
	n = ZSTD_compress(stored, room, zeros, LARGE, 1);
	assert_true(!ZSTD_isError(n) && n < REC_MAX_STORED);
	for (int type = REC_FILE; type <= REC_END; type++) {
		struct seen s = read_crafted((struct rec_frame){ .type = type, .stored = n,
								 .size = REC_MAX_PAYLOAD },
					     stored, n);

		assert_string_equal(s.damage.what, "a frame cannot be decompressed");
	}
	free(zeros);
	free(stored);
}

static void text_that_is_no_object_or_too_large(void **state)
{
	static char text[1 << 17];

	(void)state;
	read_payload(REC_VCPU, "{", 1, (struct rec_frame){ 0 });
	read_payload(REC_VCPU, "", 0, (struct rec_frame){ 0 });
	memset(text, '[', sizeof(text));
	read_payload(REC_VCPU, text, 60000, (struct rec_frame){ 0 });
	memset(text, ' ', sizeof(text));
	text[0] = '{';
	text[sizeof(text) - 1] = '}';
	read_payload(REC_VCPU, text, sizeof(text), (struct rec_frame){ 0 });
}

static void put_counts(uint8_t *p, uint32_t runs, uint32_t events, uint32_t wide)
{
	rec_put32(p, runs);
	rec_put32(p + 4, events);
	rec_put32(p + 8, wide);
}

static void events_that_contradict_themselves(void **state)
{
	static uint8_t p[REC_MAX_PAYLOAD];
	static const uint32_t counts[] = { 0, 1, 2, REC_MAX_RUNS, REC_MAX_EVENTS,
					   REC_MAX_EVENTS + 1, ~0u };
	struct rec_frame f = { .first_ns = 0, .last_ns = ~0ull, .events = 1 };

	(void)state;
	for (size_t i = 0; i < 7; i++)
		for (size_t j = 0; j < 7; j++) {
			put_counts(p, counts[i], counts[j], counts[(i + j) % 7]);
			for (uint32_t size = 0; size < 40; size++)
				read_payload(REC_EVENTS, p, size, f);
		}
	memset(p, 0, 100);
	put_counts(p, 1, 1, 1);	  /* an event of which no run tells */
	p[12] = 1;
	p[28] = NP_EVENT_EXIT;
	memset(p + 30, 0xff, 4 + 8);
	read_payload(REC_EVENTS, p, 42, f);
	p[16] = 1; /* one, but beyond all time */
	p[20] = 1;
	read_payload(REC_EVENTS, p, 42, f);
	p[28] = NP_EVENT_TYPES; /* of no known type */
	p[20] = 0;
	read_payload(REC_EVENTS, p, 42, f);
}

static void no_recording_at_all(void **state)
{
	char text[5000];
	struct bytes b = { .data = (uint8_t *)text };

	(void)state;
	for (b.size = 0; b.size < sizeof(text); b.size += 71) {
		struct seen s;

		memset(text, 'x', sizeof(text));
		s = read_all(&b);
		assert_int_equal(s.err, -EBADMSG);
		assert_int_equal(s.n, 0);
	}
}

static void later_version_is_told_from_damage(void **state)
{
	struct rec_frame f = { .version = REC_VERSION + 1, .type = REC_FILE, .stored = 1 };
	uint8_t header[REC_HEADER_SIZE];
	struct seen s;

	(void)state;
	rec_header_put(header, &f);
	bytes_write(&file, header, sizeof(header));
	bytes_write(&file, "?", 1);
	s = read_all(&file);
	assert_int_equal(s.err, -ENOTSUP);
}

/* Some damage at random: all that may come of it is an end. */
static void random_damage(void **state)
{
	uint8_t *copy;

	(void)state;
	record(6, 60);
	copy = malloc(file.size);
	memcpy(copy, file.data, file.size);
	for (int i = 0; i < 3000; i++) {
		struct seen s;

		for (int n = random32() % 8; n >= 0; n--) {
			size_t at = random32() % file.size, len = random32() % 64;

			if (len > file.size - at)
				len = file.size - at;
			if (random32() % 2)
				memmove(file.data + at, copy + random32() % (file.size - len), len);
			else
				file.data[at] = random32();
		}
		s = read_all(&file);
		assert_true(s.err == 0 || s.err == -EBADMSG);
		is_prefix(&s);
		forget(&s);
		memcpy(file.data, copy, file.size);
	}
	free(copy);
}

static ssize_t broken_read(void *arg, void *data, size_t size)
{
	(void)arg;
	(void)data;
	(void)size;
	return -EIO;
}

static void source_that_fails(void **state)
{
	struct rec_reader *r = rec_reader_new(broken_read, NULL);
	const struct rec_frame *f;

	(void)state;
	assert_int_equal(rec_read_frame(r, &f), -EIO);
	rec_reader_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_is_written_is_read, teardown),
		cmocka_unit_test_teardown(frames_are_cut_where_they_are_full, teardown),
		cmocka_unit_test_teardown(more_were_lost_than_a_mark_can_say, teardown),
		cmocka_unit_test_teardown(cut_off_at_every_byte, teardown),
		cmocka_unit_test_teardown(every_byte_changed, teardown),
		cmocka_unit_test_teardown(lost_frames_are_noticed_and_their_events_counted, teardown),
		cmocka_unit_test_teardown(two_recordings_in_a_row_are_one_and_a_rest, teardown),
		cmocka_unit_test_teardown(disk_that_is_full_leaves_whole_frames, teardown),
		cmocka_unit_test_teardown(absurd_lengths, teardown),
		cmocka_unit_test_teardown(what_is_larger_than_it_says_is_not_unpacked, teardown),
		cmocka_unit_test_teardown(text_that_is_no_object_or_too_large, teardown),
		cmocka_unit_test_teardown(events_that_contradict_themselves, teardown),
		cmocka_unit_test_teardown(no_recording_at_all, teardown),
		cmocka_unit_test_teardown(later_version_is_told_from_damage, teardown),
		cmocka_unit_test_teardown(random_damage, teardown),
		cmocka_unit_test_teardown(source_that_fails, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
