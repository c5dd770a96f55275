// SPDX-License-Identifier: GPL-2.0-only
/* Traces that were cut off, spoiled or made to hurt: a clear error, and never more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/import/import.h"

#define CORPUS "tests/fuzz/corpus-import"
#define MAX_FILE 16384

struct trace {
	char name[300];
	uint8_t data[MAX_FILE];
	size_t size;
};

static struct trace traces[64];
static uint32_t nr_traces;

struct seen {
	uint32_t events;
	struct imp_error error;
	int err;
};

static ssize_t read_at(void *arg, uint64_t offset, void *to, size_t size)
{
	const struct trace *t = arg;

	if (offset >= t->size)
		return 0;
	if (size > t->size - offset)
		size = t->size - offset;
	memcpy(to, t->data + offset, size);
	return size;
}

static int take_vcpu(void *arg, const struct rec_stream *s)
{
	(void)arg;
	assert_int_not_equal(s->stream, 0);
	return 0;
}

static int take_events(void *arg, uint32_t stream, const struct rec_event *e,
		       const struct imp_origin *from, uint32_t n)
{
	(void)stream, (void)e, (void)from;
	((struct seen *)arg)->events += n;
	return 0;
}

static int take_mark(void *arg, uint64_t ns, uint64_t missed)
{
	(void)arg, (void)ns, (void)missed;
	return 0;
}

static bool is_piped(const struct trace *t)
{
	return strstr(t->name, "pipe");
}

static struct seen read_trace(struct trace *t)
{
	struct seen s = { 0 };
	struct imp_sink sink = { take_vcpu, take_events, take_mark, &s };
	struct imp_source source = { read_at, t, is_piped(t) ? IMP_UNKNOWN : t->size };
	enum import_kind kind = import_kind(t->data, t->size);
	struct import *im = NULL;

	if (!kind)
		return s;
	s.err = import_open(&im, kind, &source, &s.error);
	s.err = s.err ? s.err : import_run(im, &sink);
	import_free(im);
	if (s.err) {
		assert_int_equal(s.err, -EBADMSG);
		assert_true(s.error.what[0]);
	}
	return s;
}

static void all_that_is_in_order_is_read(void **state)
{
	(void)state;
	assert_true(nr_traces >= 10);
	for (uint32_t i = 0; i < nr_traces; i++) {
		struct seen s = read_trace(&traces[i]);

		if (s.err)
			fail_msg("%s: %s", traces[i].name, s.error.what);
		assert_true(s.events >= 8);
	}
}

/* Whatever is read of the part is read of the whole, too. */
static void cut_off_anywhere(void **state)
{
	static struct trace cut;

	(void)state;
	for (uint32_t i = 0; i < nr_traces; i++) {
		uint32_t events = read_trace(&traces[i]).events, told = 0;

		cut = traces[i];
		for (cut.size = 10; cut.size < traces[i].size; cut.size += 1 + cut.size / 4096) {
			struct seen s = read_trace(&cut);

			assert_true(s.events <= events + 1);
			told += s.err == -EBADMSG;
			if (s.err)
				assert_true(s.error.offset <= traces[i].size);
		}
		assert_true(told > traces[i].size / 4);
	}
}

static void any_byte_wrong(void **state)
{
	static const uint8_t wrong[] = { 0x01, 0x80, 0xff, 0x7f };
	static struct trace spoiled;

	(void)state;
	for (uint32_t i = 0; i < nr_traces; i++) {
		spoiled = traces[i];
		for (size_t at = 0; at < spoiled.size; at += 1 + spoiled.size / 4096) {
			spoiled.data[at] ^= wrong[at % sizeof(wrong)];
			read_trace(&spoiled);
			spoiled.data[at] = traces[i].data[at];
		}
	}
}

/* Lengths, counts and offsets are 2, 4 and 8 bytes long, wherever they are. */
static void any_number_absurd(void **state)
{
	static struct trace spoiled;

	(void)state;
	for (uint32_t i = 0; i < nr_traces; i++) {
		spoiled = traces[i];
		for (size_t at = 10; at + 8 <= spoiled.size; at += 2) {
			memset(spoiled.data + at, at % 8 ? 0 : 0xff, at % 4 ? 4 : 8);
			read_trace(&spoiled);
			memcpy(spoiled.data + at, traces[i].data + at, 8);
		}
	}
}

static void options_that_go_round_in_circles(void **state)
{
	static struct trace t;
	uint64_t options;
	uint8_t *done;

	(void)state;
	for (uint32_t i = 0; i < nr_traces; i++)
		if (strstr(traces[i].name, "/dat7") && !strstr(traces[i].name, "-z"))
			t = traces[i];
	/* Behind the two strings that say how it is compressed. */
	memcpy(&options, t.data + 18 + strlen("none") + 1 + strlen("1") + 1, 8);
	assert_true(options < t.size);
	done = t.data + t.size - 8; /* it is the last of all */
	memcpy(done, &options, 8);
	assert_string_equal(read_trace(&t).error.what, "options go round in circles");
}

static int load(void **state)
{
	DIR *d = opendir(CORPUS);
	struct dirent *e;

	(void)state;
	while (d && (e = readdir(d)) && nr_traces < 64) {
		struct trace *t = &traces[nr_traces];
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		snprintf(t->name, sizeof(t->name), CORPUS "/%s", e->d_name);
		f = fopen(t->name, "rb");
		t->size = f ? fread(t->data, 1, MAX_FILE, f) : 0;
		if (f)
			fclose(f);
		nr_traces++;
	}
	return d ? closedir(d) : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_in_order_is_read),
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(any_byte_wrong),
		cmocka_unit_test(any_number_absurd),
		cmocka_unit_test(options_that_go_round_in_circles),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
