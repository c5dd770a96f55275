// SPDX-License-Identifier: GPL-2.0-only
/* Recordings that somebody made, or spoiled, on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <zstd.h>

#include "tests/unit/recording_random.h"

/* A frame with a header that is in order, whatever it says, behind the first. */
static struct seen read_crafted(struct rec_frame f, const void *stored, size_t size)
{
	struct bytes b = { 0 };
	struct rec_writer *w = rec_writer_new(bytes_write, &b);
	uint8_t header[REC_HEADER_SIZE];
	struct seen s;

	rec_writer_takes_accesses(w);
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
