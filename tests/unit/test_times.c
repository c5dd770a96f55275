// SPDX-License-Identifier: GPL-2.0-only
/* .times and .cycles of result.json, there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "analysis/result_json.h"
#include "tests/unit/sample_result.h"

static struct np_workload_result *timed(struct np_result *r)
{
	struct np_workload_result *w = (void *)np_arm_workload(np_result_arm(r, NP_ARM_OFF),
							       "cpuid");

	w->times.known = true;
	w->times.phases = (struct np_phase_sum){ 2, 21, { 1, 2, 3, 4, 5, 6 } };
	w->times.trips.n[np_hist_bucket(20000)] = 7;
	w->times.trips.n[np_hist_bucket(5)] = 1;
	w->times.trips.max = 20100;
	w->cycles = (struct np_cycles){ true, 300, 700 };
	return w;
}

static void test_round_trip(void **state)
{
	struct np_result *r = sample_result(), *back = NULL;
	struct np_workload_result *w = timed(r);
	const struct np_workload_result *v;
	char *text = np_result_to_json(r), why[200] = "";

	(void)state;
	assert_int_equal(np_result_from_json(text, &back, why, sizeof(why)), 0);
	v = np_arm_workload(np_result_arm(back, NP_ARM_OFF), "cpuid");
	assert_memory_equal(&v->times, &w->times, sizeof(v->times));
	assert_memory_equal(&v->cycles, &w->cycles, sizeof(v->cycles));
	assert_true(np_result_has_times(back));
	assert_false(np_arm_workload(np_result_arm(back, NP_ARM_ON), "cpuid")->times.known);
	free(text);
	np_result_free(r);
	np_result_free(back);
}

static void test_shares(void **state)
{
	struct np_result *r = sample_result();
	struct np_workload_result *w;

	(void)state;
	assert_false(np_result_has_times(r));
	w = timed(r);
	assert_close(np_times_phase_share(&w->times, NP_PHASE_VMCS), 3.0 / 21, 1e-12);
	assert_close(np_cycles_l0_share(&w->cycles), .3, 1e-12);
	w->cycles = (struct np_cycles){ true, 0, 0 };
	assert_true(isnan(np_cycles_l0_share(&w->cycles)));
	w->times.known = false;
	assert_true(isnan(np_times_phase_share(&w->times, NP_PHASE_VMCS)));
	np_result_free(r);
}

/* Puts `value` in the place of `key` of the workload that has times. */
static int with(const char *of, const char *key, json_t *value, char *why, size_t size)
{
	struct np_result *r = sample_result(), *back = NULL;
	json_t *j, *w;
	char *text;
	int err;

	timed(r);
	j = np_result_json(r);
	w = json_array_get(json_object_get(json_array_get(json_object_get(j, "arms"), 1),
					   "workloads"), 0);
	json_object_set_new(of[0] ? json_object_get(w, of) : w, key, value);
	text = json_dumps(j, 0);
	err = np_result_from_json(text, &back, why, size);
	free(text);
	json_decref(j);
	np_result_free(r);
	np_result_free(back);
	return err;
}

static void test_hostile(void **state)
{
	const struct {
		const char *of, *key;
		json_t *value;
	} bad[] = {
		{ "", "times", json_string("x") },
		{ "", "cycles", json_integer(1) },
		{ "cycles", "l0", json_integer(-1) },
		{ "times", "phased", json_real(.5) },
		{ "times", "longest_ns", json_null() },
		{ "times", "phases_ns", json_object() },
		{ "times", "round_trips_ns", json_pack("[[I, I]]", (json_int_t)-1, (json_int_t)1) },
		{ "times", "round_trips_ns", json_pack("[[I]]", (json_int_t)1) },
		{ "times", "round_trips_ns", json_pack("[s]", "x") },
	};
	char why[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		why[0] = '\0';
		if (!with(bad[i].of, bad[i].key, bad[i].value, why, sizeof(why)) || !why[0])
			fail_msg("case %zu was taken", i);
	}
	/* The harness can succeed. */
	assert_int_equal(with("cycles", "l0", json_integer(1), why, sizeof(why)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
