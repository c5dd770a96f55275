// SPDX-License-Identifier: GPL-2.0-only
/* L1's accesses to its VMCS in a recording: written, read, counted, and what is wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/recording_random.h"
#include "tests/unit/replay_report.h"

enum { CPUID = 10, VMREAD = 23, VMRESUME = 24, VMWRITE = 25, IO = 30 };
enum { STREAM = 1, KINDS = 6 };

static struct np_fields fields;
static struct np_account account;
static struct replay *replay;

static int no_table(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost, void *arg)
{
	(void)m, (void)from, (void)to, (void)lost, (void)arg;
	return 0;
}

static int begin(void **state)
{
	struct replay_options o = all(0);
	struct rec_stream s = { STREAM, NP_ISA_VMX, whose(0) };

	(void)state;
	memset(&account, 0, sizeof(account));
	o.fields = &fields;
	o.account = &account;
	replay = replay_new(&o, no_table, NULL);
	return replay ? replay_stream(replay, &s) : -1;
}

static int end(void **state)
{
	replay_free(replay);
	np_fields_free(&fields);
	return teardown(state);
}

/* Odd ones are writes. */
static struct rec_access kind(uint32_t number)
{
	return (struct rec_access){ .access = number,
				    .stream = STREAM,
				    .what = { .write = number % 2,
					      .memory = number % 3 == 0,
					      .unknown = number == KINDS ? NP_UNKNOWN_FAULTED : 0,
					      .field = 0x4400 + number,
					      .address = 0xffffffff81000000 + number } };
}

static void learn_all(void)
{
	for (uint32_t i = 1; i <= KINDS; i++) {
		struct rec_access a = kind(i);

		assert_int_equal(replay_access(replay, &a), 0);
	}
}

static int give(const struct rec_event *e, uint32_t n)
{
	static struct rec_batch b;

	rec_batch_clear(&b);
	rec_batch_begin(&b, STREAM, START);
	while (n--)
		assert_true(rec_batch_add(&b, e++));
	return replay_batch(replay, &b);
}

static void finish(void)
{
	assert_int_equal(replay_end(replay, 0), 0);
	np_fields_merge(&fields);
	assert_int_equal(np_fields_balance(&fields, &account), 0);
	np_fields_merge(&fields);
	for (int write = 0; write < 2; write++)
		assert_int_equal(np_fields_total(&fields, write),
				 np_account_accesses(&account, write));
}

static struct np_access counted(uint32_t number, uint32_t reason)
{
	struct np_access none = { 0 };
	struct rec_access k = kind(number);

	for (uint32_t i = 0; i < fields.nr; i++)
		if (fields.access[i].address == k.what.address &&
		    fields.access[i].reason == reason)
			return fields.access[i];
	return none;
}

static void by_hand(void **state)
{
	static const struct rec_event e[] = {
		{ START + 10, NP_EVENT_EXIT, NP_LEVEL_L2, CPUID },
		{ START + 20, NP_EVENT_INJECT, 0, CPUID },
		{ START + 25, NP_EVENT_ENTRY, NP_LEVEL_L1, 0 },
		{ START + 30, NP_EVENT_EXIT, NP_LEVEL_L1, VMREAD },
		{ 2, NP_EVENT_ACCESS, 0, 0 }, /* before the entry, ... */
		{ START + 37, NP_EVENT_ENTRY, NP_LEVEL_L1, 0 },
		{ START + 40, NP_EVENT_EXIT, NP_LEVEL_L1, VMREAD },
		{ START + 49, NP_EVENT_ENTRY, NP_LEVEL_L1, 0 },
		{ 2, NP_EVENT_ACCESS, 0, 0 }, /* ... after it, ... */
		{ START + 50, NP_EVENT_EXIT, NP_LEVEL_L1, VMWRITE },
		{ 3, NP_EVENT_ACCESS, 0, 0 }, /* ... and without */
		{ START + 60, NP_EVENT_EXIT, NP_LEVEL_L1, VMWRITE },
		{ 0, NP_EVENT_ACCESS, 0, 0 }, /* there was no room */
		{ START + 70, NP_EVENT_EXIT, NP_LEVEL_L1, VMREAD }, /* nobody told */
		{ START + 80, NP_EVENT_EXIT, NP_LEVEL_L1, VMRESUME },
		{ START + 90, NP_EVENT_VMENTER, 0, 0 },
		{ START + 95, NP_EVENT_GONE, 0, 0 },
	};
	struct np_access a;

	(void)state;
	learn_all();
	assert_int_equal(give(e, sizeof(e) / sizeof(e[0])), 0);
	finish();
	a = counted(2, CPUID);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.timed, 2);
	assert_int_equal(a.ns, 7 + 9);
	assert_int_equal(a.tgid, 100);
	assert_false(a.write || a.memory || a.unknown);
	a = counted(3, CPUID);
	assert_int_equal(a.count, 1);
	assert_int_equal(a.timed, 0);
	assert_true(a.write && a.memory);
	assert_int_equal(np_fields_unknown_for(&fields, NP_UNKNOWN_FULL), 1);
	assert_int_equal(np_fields_unknown_for(&fields, NP_UNKNOWN_EDGE), 1);
	assert_int_equal(np_fields_total(&fields, false), 3);
	assert_int_equal(np_fields_total(&fields, true), 2);
}

/* A random run, and what should be counted of it. */
static uint32_t model[KINDS + 1][256];
static uint32_t untold;
static uint64_t now;

static void happens(struct rec_batch *b, uint8_t type, uint8_t level, uint8_t reason)
{
	const struct rec_event e = { now += 1 + random32() % 50, type, level, reason };

	assert_true(rec_batch_add(b, &e));
}

static void accesses(struct rec_batch *b, uint8_t reason)
{
	uint32_t number = 1 + random32() % KINDS;
	const struct rec_event e = { number, NP_EVENT_ACCESS, 0, 0 };

	happens(b, NP_EVENT_EXIT, NP_LEVEL_L1, number % 2 ? VMWRITE : VMREAD);
	if (random32() % 50 == 0) {
		untold++;
		return;
	}
	if (random32() % 2)
		happens(b, NP_EVENT_ENTRY, NP_LEVEL_L1, 0);
	assert_true(rec_batch_add(b, &e));
	model[number][reason]++;
}

static void random_trip(struct rec_batch *b)
{
	uint8_t reason = random32() % 2 ? CPUID : IO;
	const struct rec_event lost = { 3, NP_EVENT_LOST, 0, 0 };

	happens(b, NP_EVENT_EXIT, NP_LEVEL_L2, reason);
	happens(b, NP_EVENT_INJECT, 0, reason);
	for (uint32_t n = random32() % 9; n; n--) {
		if (random32() % 100 == 0) {
			assert_true(rec_batch_add(b, &lost));
			reason = NP_REASON_NONE;
		}
		accesses(b, reason);
	}
	happens(b, NP_EVENT_EXIT, NP_LEVEL_L1, VMRESUME);
	happens(b, NP_EVENT_VMENTER, 0, 0);
}

static void at_random(void **state)
{
	static struct rec_batch b;

	(void)state;
	learn_all();
	now = START;
	for (int i = 0; i < 200; i++) {
		rec_batch_clear(&b);
		rec_batch_begin(&b, STREAM, now);
		for (int trip = 0; trip < 50; trip++)
			random_trip(&b);
		assert_int_equal(replay_batch(replay, &b), 0);
	}
	finish();
	for (uint32_t i = 1; i <= KINDS; i++)
		for (uint32_t reason = 0; reason < 256; reason++)
			assert_int_equal(counted(i, reason).count, model[i][reason]);
	assert_int_equal(np_fields_unknown_for(&fields, NP_UNKNOWN_EDGE), untold);
	assert_true(untold > 100 && model[1][NP_REASON_NONE] > 10 && model[2][CPUID] > 1000);
}

static void contradictions(void **state)
{
	static const struct rec_event not_known[] = { { START, NP_EVENT_EXIT, NP_LEVEL_L1, VMREAD },
						      { 99, NP_EVENT_ACCESS, 0, 0 },
						      { START, NP_EVENT_GONE, 0, 0 } };
	static const struct rec_event not_this[] = { { START, NP_EVENT_EXIT, NP_LEVEL_L1, VMREAD },
						     { 3, NP_EVENT_ACCESS, 0, 0 },
						     { START, NP_EVENT_EXIT, 1, VMREAD } };
	static const struct rec_event twice[] = { { START, NP_EVENT_EXIT, NP_LEVEL_L1, VMREAD },
						  { 2, NP_EVENT_ACCESS, 0, 0 },
						  { 2, NP_EVENT_ACCESS, 0, 0 } };
	struct rec_access again = kind(KINDS), nobody = kind(KINDS + 1);

	(void)state;
	learn_all();
	nobody.stream = 7;
	assert_int_equal(replay_access(replay, &again), -EBADMSG);
	assert_int_equal(replay_access(replay, &nobody), -EBADMSG);
	assert_int_equal(give(twice, 3), -EBADMSG);
	assert_int_equal(give(not_this, 3), -EBADMSG);
	assert_int_equal(give(not_known, 3), -EBADMSG);
}

/* However many kinds a recording has: those of vCPUs that are gone take no room. */
static void there_is_an_end_to_the_memory(void **state)
{
	int err = 0;
	uint32_t n = 0;

	(void)state;
	while (!err && n < 10 * NP_MAX_ACCESS_ROWS) {
		struct rec_access a = kind(++n);

		err = replay_access(replay, &a);
	}
	assert_int_equal(err, -E2BIG);
	assert_true(n > NP_MAX_ACCESS_ROWS);
}

static void kinds_survive_json(void **state)
{
	static const char *const wrong[] = {
		"{}", "{\"access\":0,\"stream\":1,\"write\":true,\"memory\":false,"
		"\"unknown\":null,\"address\":\"0x1\",\"field\":\"0x2\"}",
		"{\"access\":1,\"stream\":1,\"write\":true,\"memory\":false,"
		"\"unknown\":\"whatever\",\"address\":\"0x1\",\"field\":\"0x2\"}",
		"{\"access\":1,\"stream\":1,\"write\":true,\"memory\":false,"
		"\"unknown\":null,\"address\":\"0x12345678901234567\",\"field\":\"0x2\"}",
		"{\"access\":1,\"stream\":1,\"write\":true,\"memory\":false,"
		"\"unknown\":null,\"address\":\"0x\",\"field\":\"0x2\"}",
	};
	struct rec_access a, b;

	(void)state;
	for (uint32_t i = 1; i <= KINDS; i++) {
		json_t *o;

		a = kind(i);
		o = rec_access_to_json(&a);
		assert_int_equal(rec_access_from_json(&b, o), 0);
		json_decref(o);
		assert_int_equal(a.access, b.access);
		assert_int_equal(a.stream, b.stream);
		assert_int_equal(a.what.unknown, b.what.unknown);
		assert_int_equal(a.what.write, b.what.write);
		assert_int_equal(a.what.memory, b.what.memory);
		assert_true(a.what.address == b.what.address && a.what.field == b.what.field);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *o = json_loads(wrong[i], 0, NULL);

		assert_non_null(o);
		assert_int_equal(rec_access_from_json(&b, o), -EINVAL);
		json_decref(o);
	}
}

/* A file that has accesses says so in its first bytes: who does not know them need not guess. */
static void versions(void **state)
{
	static const struct rec_event e = { 1, NP_EVENT_ACCESS, 0, 0 };

	(void)state;
	for (int is_new = 0; is_new < 2; is_new++) {
		struct rec_writer *w = rec_writer_new(bytes_write, &file);
		struct seen s;

		if (is_new)
			rec_writer_takes_accesses(w);
		write_object(w, REC_FILE);
		write_stream(w, STREAM);
		assert_int_equal(file.data[REC_MAGIC_SIZE], is_new ? 2 : 1);
		assert_int_equal(rec_write_run(w, STREAM, START), 0);
		assert_int_equal(rec_write_event(w, &e), 0);
		write_object(w, REC_END);
		rec_writer_free(w);
		s = read_all(&file);
		assert_int_equal(s.n, is_new);
		if (is_new)
			assert_null(s.damage.what);
		else
			assert_string_equal(s.damage.what, "a frame's events are in disorder");
		forget(&s);
		bytes_free(&file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_hand, begin, end),
		cmocka_unit_test_setup_teardown(at_random, begin, end),
		cmocka_unit_test_setup_teardown(contradictions, begin, end),
		cmocka_unit_test_setup_teardown(there_is_an_end_to_the_memory, begin, end),
		cmocka_unit_test(kinds_survive_json),
		cmocka_unit_test_teardown(versions, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
