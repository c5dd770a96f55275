// SPDX-License-Identifier: GPL-2.0-only
/* The reader of result.json, with text that no nestprof wrote. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/json_result.h"

/* Of everything a little: what is tried thousands of times is to be short. */
static char *short_text(void)
{
	struct np_result *r = sample_empty();
	struct np_workload_result *w;
	char *text;

	sample_on(r);
	w = r->arms[0]->workloads[2];
	w->nr_witnesses = 1;
	w->witnesses[0] = (struct np_witness){ "ftrace hist", "kvm_exit VMREAD", 10, 11 };
	w->account.unfinished[sample_reason("VMREAD")] = 3;
	free(r->arms[0]->workloads[0]);
	free(r->arms[0]->workloads[1]);
	r->arms[0]->workloads[0] = w;
	r->arms[0]->nr_workloads = 1;
	text = np_result_to_json(r);
	assert_non_null(text);
	np_result_free(r);
	return text;
}

static void test_truncated(void **state)
{
	struct np_result *back;
	char *text = short_text();
	size_t len = strlen(text);

	(void)state;
	/* Only the newline at the end may be missing. */
	for (size_t n = 0; n < len - 1; n++) {
		char *cut = strndup(text, n);

		assert_int_not_equal(read_back(cut, &back), 0);
		free(cut);
	}
	free(text);
}

static uint32_t next_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

/* Whatever a changed text gives, it is refused, or can be written again. */
static void try_mutant(const char *text)
{
	struct np_result *back = NULL;
	char *again;

	if (read_back(text, &back))
		return;
	again = np_result_to_json(back);
	assert_non_null(again);
	free(again);
	np_result_free(back);
}

static void test_mutated(void **state)
{
	static const char interesting[] = "\"{}[]:,0-9e.\\u\n nft\xff\x01";
	char *text = short_text();
	size_t len = strlen(text);
	uint32_t x = 2463534242;

	(void)state;
	for (int i = 0; i < 6000; i++) {
		size_t where = next_random(&x) % len;
		char kept = text[where];

		text[where] = i % 2 ? interesting[next_random(&x) % (sizeof(interesting) - 1)]
				    : (char)(1 + next_random(&x) % 255);
		try_mutant(text);
		text[where] = kept;
	}
	free(text);
}

/* Sets `path`'s last part to `value` in a good result, and reads that. */
static int read_with(const char *parent, const char *key, json_t *value)
{
	struct np_result *r = sample_result(), *back = NULL;
	json_t *j = parsed(r), *o = *parent ? at(j, parent) : j;
	char *text;
	int err;

	assert_non_null(o);
	if (value)
		json_object_set_new(o, key, value);
	else
		json_object_del(o, key);
	text = json_dumps(j, 0);
	err = read_back(text, &back);
	free(text);
	json_decref(j);
	np_result_free(back);
	np_result_free(r);
	return err;
}

static json_t *array_of(size_t n, json_t *value)
{
	json_t *list = json_array();

	while (n--)
		json_array_append(list, value);
	json_decref(value);
	return list;
}

static void test_schema(void **state)
{
	(void)state;
	assert_int_equal(read_with("", "schema", json_string("nestprof-result/2")), -EPROTO);
	assert_int_equal(read_with("", "schema", json_string(NP_RESULT_SCHEMA)), 0);
	assert_int_equal(read_with("", "schema", NULL), -EINVAL);
	assert_int_equal(read_with("", "schema", json_integer(1)), -EINVAL);
}

#define W "arms.1.workloads.0"

static void test_each_key_is_needed(void **state)
{
	static const char *const keys[][2] = {
		{ "", "environment" }, { "", "time_unit" }, { "", "arms" },
		{ "environment", "emulated" }, { "arms.1", "name" }, { "arms.1", "nested" },
		{ "arms.1", "params" }, { "arms.1", "workloads" }, { W, "name" },
		{ W, "stresses" }, { W, "iterations" }, { W, "round_trip" },
		{ W ".round_trip", "samples" }, { W, "round_trip_traced" }, { W, "isa" },
		{ W, "traced_iterations" }, { W, "l2_exits" }, { W ".l2_exits", "total" },
		{ W, "l2_exit_reasons" }, { W ".l2_exit_reasons.0", "reason" },
		{ W ".l2_exit_reasons.0", "count" }, { W ".l2_exit_reasons.0", "caused" },
		{ W, "l1_exits_outside" }, { W, "unfinished" }, { W, "entries" },
		{ W, "failed_entries" }, { W, "desyncs" }, { W, "events" }, { W, "lost" },
		{ W, "witnesses" }, { W, "error" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (read_with(keys[i][0], keys[i][1], NULL) != -EINVAL)
			fail_msg("read without %s.%s", keys[i][0], keys[i][1]);
		if (read_with(keys[i][0], keys[i][1], json_pack("{s:[]}", "x")) != -EINVAL &&
		    strcmp(keys[i][1], "l1_exits_outside"))
			fail_msg("read with another type of %s.%s", keys[i][0], keys[i][1]);
	}
	/* What is computed is not read. */
	assert_int_equal(read_with("", "comparison", NULL), 0);
	assert_int_equal(read_with(W, "per_l2_exit", json_true()), 0);
	assert_int_equal(read_with(W, "from_a_later_version", json_true()), 0);
}

static void test_limits(void **state)
{
	const struct {
		const char *parent, *key;
		json_t *value;
	} bad[] = {
		{ "", "arms", array_of(NP_MAX_ARMS + 1, json_object()) },
		{ "arms.1", "workloads", array_of(NP_MAX_WORKLOADS + 1, json_object()) },
		{ W ".round_trip", "samples", array_of(NP_MAX_SAMPLES + 1, json_real(1)) },
		{ W ".round_trip", "samples", array_of(1, json_real(-1)) },
		{ W ".round_trip", "samples", array_of(1, json_real(1e13)) },
		{ W ".round_trip", "samples", array_of(1, json_string("1")) },
		{ W, "witnesses", array_of(NP_MAX_WITNESSES + 1, json_object()) },
		{ W, "witnesses", array_of(1, json_null()) },
		{ W, "l2_exit_reasons", array_of(NP_REASONS + 1, json_object()) },
		{ W, "l2_exit_reasons", json_array() }, /* not what l2_exits says */
		{ W, "iterations", json_integer(-1) },
		{ W, "iterations", json_integer(INT64_MAX) },
		{ W, "iterations", json_real(1000) },
		{ W, "isa", json_string("arm") },
		{ W, "unfinished", json_pack("{s:i}", "NO_SUCH_REASON", 1) },
		{ W, "unfinished", json_pack("{s:i}", "VMREAD", -1) },
		{ W, "name", json_string("") },
		{ W, "name", json_string("vmcall") }, /* taken */
		{ W, "name", json_string("a name of thirty-two characters!") },
		{ W, "name", json_string("an\033escape") },
		{ "arms.1", "name", json_string(NP_ARM_SINGLE) }, /* taken */
		{ "arms.1.params", "", json_string("Y") },
		{ "arms.1.params", "nested", json_true() },
		{ "environment", "a key of thirty-two characters!!", json_string("x") },
		{ "environment", "an\033escape", json_string("x") },
		{ "environment", "number", json_integer(1) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (read_with(bad[i].parent, bad[i].key, bad[i].value) != -EINVAL)
			fail_msg("read a bad %s.%s (%zu)", bad[i].parent, bad[i].key, i);
}

static void test_too_many_names(void **state)
{
	json_t *many = json_object();
	char key[NP_NAME];

	(void)state;
	json_object_set_new(many, "emulated", json_true());
	for (int i = 0; i < NP_MAX_ENV; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		json_object_set_new(many, key, json_string("x"));
	}
	assert_int_equal(read_with("", "environment", json_copy(many)), 0);
	json_object_set_new(many, "one too many", json_string("x"));
	assert_int_equal(read_with("", "environment", json_copy(many)), -EINVAL);
	assert_int_equal(read_with("arms.1", "params", many), -EINVAL);
}

static void test_no_result_at_all(void **state)
{
	static const char *const texts[] = {
		"", " ", "null", "[]", "{}", "\"\"", "1e999", "{\"a\":1,\"a\":2}", "\xff\xfe",
		"{\"schema\":\"nestprof-result/1\"}",
	};
	struct np_result *back;
	char *deep = malloc(100001);
	char why[1];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(read_back(texts[i], &back), -EINVAL);
	memset(deep, '[', 100000);
	deep[100000] = '\0';
	assert_int_equal(read_back(deep, &back), -EINVAL);
	assert_int_equal(np_result_from_json(deep, &back, why, sizeof(why)), -EINVAL);
	assert_int_equal(why[0], '\0');
	free(deep);
}

static void test_why_names_the_place(void **state)
{
	struct np_result *r = sample_result(), *back;
	json_t *j = parsed(r);
	char why[200], *text;

	(void)state;
	json_object_set_new(at(j, "arms.2.workloads.1"), "entries", json_true());
	text = json_dumps(j, 0);
	assert_int_equal(np_result_from_json(text, &back, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "arms[2].workloads[1].entries is missing or no count");
	free(text);
	json_decref(j);
	np_result_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_each_key_is_needed),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_too_many_names),
		cmocka_unit_test(test_no_result_at_all),
		cmocka_unit_test(test_why_names_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
