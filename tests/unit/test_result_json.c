// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/json_result.h"

static void assert_number(json_t *root, const char *path, double want)
{
	json_t *j = at(root, path);

	if (!json_is_number(j))
		fail_msg("%s is no number", path);
	assert_close(json_number_value(j), want, 1e-6);
}

static void assert_null_at(json_t *root, const char *path)
{
	if (!json_is_null(at(root, path)))
		fail_msg("%s is not null", path);
}

static void test_keys(void **state)
{
	struct np_result *r = sample_result();
	json_t *j = parsed(r);

	(void)state;
	assert_string_equal(json_string_value(at(j, "schema")), NP_RESULT_SCHEMA);
	assert_true(json_is_true(at(j, "environment.emulated")));
	assert_string_equal(json_string_value(at(j, "environment.l0_kernel")),
			    "6.1.0-37-cloud-amd64");
	assert_non_null(strstr(json_string_value(at(j, "time_unit")), "emulated instruction"));
	assert_string_equal(json_string_value(at(j, "arms.1.name")), NP_ARM_OFF);
	assert_string_equal(json_string_value(at(j, "arms.1.params.enable_shadow_vmcs")), "N");
	assert_string_equal(json_string_value(at(j, "arms.1.workloads.0.name")), "cpuid");
	assert_number(j, "arms.1.workloads.0.iterations", 1000);
	assert_number(j, "arms.1.workloads.0.repetitions", 3);
	assert_number(j, "arms.1.workloads.0.round_trip.mean", 24110.125);
	assert_number(j, "arms.1.workloads.0.round_trip.max", 24110.25);
	assert_number(j, "arms.1.workloads.0.round_trip.samples.2", 24110.25);
	assert_number(j, "arms.1.workloads.0.round_trip_traced.mean", 26230.125);
	assert_number(j, "arms.1.workloads.0.l2_exits.total", 1000);
	assert_number(j, "arms.1.workloads.0.l2_exits.to_l1", 1000);
	assert_number(j, "arms.1.workloads.0.l2_exits.l0_only", 0);
	assert_number(j, "arms.1.workloads.0.per_l2_exit.VMREAD", 7.05);
	assert_number(j, "arms.1.workloads.0.per_l2_exit.total", 10.24);
	assert_number(j, "arms.1.workloads.0.l2_exit_reasons.0.caused.VMREAD", 7050);
	assert_number(j, "arms.1.workloads.0.entries", 1000);
	assert_number(j, "arms.1.workloads.0.lost", 0);
	assert_null_at(j, "arms.1.workloads.0.error");
	assert_number(j, "comparison.0.overhead_reduction_percent", 30.805893);
	json_decref(j);
	np_result_free(r);
}

/* A reason that came in one place is 0, not absent, where it never came. */
static void test_zero_is_a_measurement(void **state)
{
	struct np_result *r = sample_result();
	struct np_row *row = &r->arms[2]->workloads[0]->account.l2[sample_reason("CPUID")];
	json_t *j;

	(void)state;
	row->caused[sample_reason("VMREAD")] = 0;
	j = parsed(r);
	assert_number(j, "arms.2.workloads.0.per_l2_exit.VMREAD", 0);
	assert_number(j, "arms.2.workloads.0.per_l2_exit.MSR_WRITE", 0);
	json_decref(j);
	np_result_free(r);
}

static void test_null_is_not_measured(void **state)
{
	struct np_result *r = sample_result();
	json_t *j;

	(void)state;
	r->arms[2]->workloads[0]->untraced.n = 0;
	j = parsed(r);
	/* No L2 in arm "single": none exited, so nothing can be said per exit. */
	assert_number(j, "arms.0.workloads.0.l2_exits.total", 0);
	assert_null_at(j, "arms.0.workloads.0.per_l2_exit.total");
	assert_number(j, "arms.0.workloads.0.l1_exits_outside.CPUID", 1000);
	/* No traced window at all. */
	assert_null_at(j, "arms.0.workloads.1.l2_exits");
	assert_null_at(j, "arms.0.workloads.1.lost");
	assert_null_at(j, "arms.2.workloads.0.round_trip.mean");
	assert_null_at(j, "arms.2.workloads.0.observer_effect");
	assert_null_at(j, "comparison.0.on");
	assert_null_at(j, "comparison.0.overhead_on");
	assert_null_at(j, "comparison.0.overhead_reduction_percent");
	json_decref(j);
	np_result_free(r);
}

static struct np_result *awkward_result(void)
{
	struct np_result *r = sample_result();
	struct np_workload_result *w = r->arms[1]->workloads[2];

	for (uint32_t i = 0; i < NP_MAX_SAMPLES; i++)
		w->untraced.ticks[i] = (i * 7919 % 1000) / 3.0 + 1e6 / (i + 1);
	w->untraced.n = NP_MAX_SAMPLES;
	w->account.unfinished[sample_reason("VMREAD")] = 3;
	w->account.outside[NP_REASON_OTHER] = 4;
	w->account.l2[sample_reason("EPT_VIOLATION")].exits = 5;
	w->account.l2[sample_reason("EPT_VIOLATION")].l0_only = 5;
	w->account.l2[sample_reason("VMCALL")].synthetic = 6;
	w->account.l2[93].caused[94] = 7;
	w->account.failed_entries = 8;
	w->account.desyncs = 9;
	w->account.totals = (struct np_totals){ 1, 2, 3, 4, 5 };
	w->lost = 5;
	w->nr_witnesses = 2;
	w->witnesses[0] = (struct np_witness){ "ftrace hist", "kvm_exit VMREAD", 10, 11 };
	w->witnesses[1] = (struct np_witness){ "kvm debugfs", "exits", 12, 12 };
	w->nr_tracers = 1;
	w->tracers[0] = (struct np_tracer_result){ "empty", { 2, { 100.5, 101 } }, { 1, { 163 } } };
	snprintf(w->error, sizeof(w->error), "\"quoted\", back\\slash, \xc3\xbc");
	return r;
}

static void test_round_trip(void **state)
{
	struct np_result *r = awkward_result(), *back = NULL;
	char *text = np_result_to_json(r), *again;

	(void)state;
	assert_int_equal(read_back(text, &back), 0);
	again = np_result_to_json(back);
	assert_string_equal(text, again);
	assert_memory_equal(&r->arms[1]->workloads[2]->account,
			    &back->arms[1]->workloads[2]->account, sizeof(struct np_account));
	assert_memory_equal(r->arms[1]->workloads[2]->witnesses,
			    back->arms[1]->workloads[2]->witnesses, sizeof(struct np_witness));
	assert_memory_equal(r->arms[1]->workloads[2]->tracers,
			    back->arms[1]->workloads[2]->tracers,
			    sizeof(struct np_tracer_result));
	assert_string_equal(r->arms[1]->workloads[2]->error, back->arms[1]->workloads[2]->error);
	assert_true(back->arms[1]->nested && !back->arms[0]->nested);
	free(again);
	free(text);
	np_result_free(back);
	np_result_free(r);
}

/* Shortest decimals: no 1030.1230000000001. */
static void test_reals_are_short(void **state)
{
	struct np_result *r = sample_empty();
	struct np_workload_result *w;
	char *text;

	(void)state;
	w = np_arm_add_workload(np_result_add_arm(r, NP_ARM_OFF), "cpuid");
	w->untraced = (struct np_samples){ 2, { 1030.1231, 123456789012.3 } };
	text = np_result_to_json(r);
	assert_non_null(strstr(text, "1030.123,"));
	assert_non_null(strstr(text, "123456789012.3\n"));
	free(text);
	np_result_free(r);
}

typedef void (*add_arm)(struct np_result *r);

/* Each arm alone, through JSON as from another machine, merged in this order. */
static char *merged(const add_arm order[3])
{
	struct np_result *whole = NULL;
	char *text;

	for (int i = 0; i < 3; i++) {
		struct np_result *one = sample_empty(), *part;
		const char *differs;

		order[i](one);
		np_result_set_env(one, order[i] == sample_single ? "b" : "a", "only in some");
		text = np_result_to_json(one);
		assert_int_equal(read_back(text, &part), 0);
		free(text);
		np_result_free(one);
		if (!whole) {
			whole = part;
			continue;
		}
		assert_int_equal(np_result_merge(whole, part, &differs), 0);
		np_result_free(part);
	}
	text = np_result_to_json(whole);
	np_result_free(whole);
	return text;
}

static void test_merge_order_does_not_show(void **state)
{
	static const add_arm orders[][3] = {
		{ sample_single, sample_off, sample_on }, { sample_single, sample_on, sample_off },
		{ sample_off, sample_single, sample_on }, { sample_off, sample_on, sample_single },
		{ sample_on, sample_single, sample_off }, { sample_on, sample_off, sample_single },
	};
	char *first = merged(orders[0]);

	(void)state;
	for (int i = 1; i < 6; i++) {
		char *text = merged(orders[i]);

		assert_string_equal(text, first);
		free(text);
	}
	free(first);
}

static void test_dirty_text_is_written_clean(void **state)
{
	struct np_result *r = sample_result(), *back;
	struct np_workload_result *w = r->arms[0]->workloads[0];
	char *text;

	(void)state;
	snprintf(w->error, sizeof(w->error), "line\n\033[31m red \xff\xfe cut \xc3");
	text = np_result_to_json(r);
	assert_non_null(text);
	assert_int_equal(read_back(text, &back), 0);
	assert_string_equal(back->arms[0]->workloads[0]->error, "line  [31m red ?? cut ?");
	free(text);
	np_result_free(back);
	np_result_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_zero_is_a_measurement),
		cmocka_unit_test(test_null_is_not_measured),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_reals_are_short),
		cmocka_unit_test(test_merge_order_does_not_show),
		cmocka_unit_test(test_dirty_text_is_written_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
