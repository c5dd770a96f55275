// SPDX-License-Identifier: GPL-2.0-only
/* The Turtles report, against figures computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "analysis/turtles.h"
#include "tests/unit/sample_result.h"

/* As published: kernbench 14.5 % to 10.3 %, SPECjbb 7.8 % to 6.3 %. */
static void test_paper_macro(void **state)
{
	struct np_turtles_paper p;

	(void)state;
	np_turtles_paper("compile", &p);
	assert_string_equal(p.benchmark, "kernbench");
	assert_close(100 * p.overhead_off, 14.5, 1e-9);
	assert_close(100 * np_turtles_reduction(p.overhead_off, p.overhead_on), 28.966, 1e-3);
	assert_true(isnan(p.exits_off));
	np_turtles_paper("transactions", &p);
	assert_string_equal(p.benchmark, "SPECjbb");
	assert_close(100 * np_turtles_reduction(p.overhead_off, p.overhead_on), 19.231, 1e-3);
}

/* cpuid: 2,750 cycles as a guest, 60,800 nested, 29,600 without traps: middles. */
static void test_paper_micro(void **state)
{
	struct np_turtles_paper p;

	(void)state;
	np_turtles_paper("cpuid", &p);
	assert_close(p.overhead_off, 58050.0 / 2750, 1e-9);
	assert_close(p.overhead_on, 26850.0 / 2750, 1e-9);
	assert_close(100 * np_turtles_reduction(p.overhead_off, p.overhead_on), 53.747, 1e-3);
	assert_null(p.benchmark);
	assert_close(p.exits_off, 13, 0);
	assert_close(p.exits_on, 2, 0);
}

/* wrmsr has no guest's figure, so no overhead; vmcall has none at all. */
static void test_paper_without(void **state)
{
	struct np_turtles_paper p;

	(void)state;
	np_turtles_paper("wrmsr", &p);
	assert_true(isnan(p.overhead_off) && isnan(p.overhead_on));
	np_turtles_paper("vmcall", &p);
	assert_true(isnan(p.overhead_off) && isnan(p.exits_off));
}

static void test_nothing_to_reduce(void **state)
{
	(void)state;
	assert_true(isnan(np_turtles_reduction(0, 0)));
	assert_true(isnan(np_turtles_reduction(-.1, .1)));
	assert_true(isnan(np_turtles_reduction(NAN, .1)));
	assert_close(np_turtles_reduction(2, 3), -.5, 1e-12);
}

static const struct np_workload_result *cpuid(const struct np_result *r, const char *arm)
{
	return np_arm_workload(np_result_arm(r, arm), "cpuid");
}

/* Per CPUID, off: one exit of L2, 7.05 + 1.16 for the VMCS, 1 + 1.01 + 0.02 others. */
static void test_transitions(void **state)
{
	struct np_result *r = sample_result();
	struct np_transitions t;

	(void)state;
	np_turtles_transitions(cpuid(r, NP_ARM_OFF), &t);
	assert_close(t.l2, 1, 1e-9);
	assert_close(t.vmcs, 8.21, 1e-9);
	assert_close(t.other, 2.03, 1e-9);
	np_turtles_transitions(cpuid(r, NP_ARM_SINGLE), &t);
	assert_close(t.l2 + t.vmcs, 0, 0);
	assert_close(t.other, 1, 1e-9);
	np_turtles_transitions(np_arm_workload(np_result_arm(r, NP_ARM_SINGLE), "pio"), &t);
	assert_true(isnan(t.l2) && isnan(t.other));
	np_result_free(r);
}

/* 24,110.125 instructions and 11.24 transitions of 500 cycles: 29,730.125. */
static void test_model(void **state)
{
	struct np_transitions t = { 1, 8.21, 2.03 };

	(void)state;
	assert_close(np_turtles_model(24110.125, &t, 500), 29730.125, 1e-9);
	assert_close(np_turtles_model(24110.125, &t, 0), 24110.125, 1e-9);
}

static const json_t *row_of(const json_t *rows, const char *workload, const char *arm)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		const char *of = json_string_value(json_object_get(row, "arm"));

		if (!strcmp(json_string_value(json_object_get(row, "workload")), workload) &&
		    (!arm || (of && !strcmp(of, arm))))
			return row;
	}
	fail_msg("no row of %s", workload);
	return NULL;
}

static double number(const json_t *row, const char *key)
{
	const json_t *j = json_object_get(row, key);

	return json_is_number(j) ? json_number_value(j) : NAN;
}

static json_t *report(const struct np_result *r, const struct np_uarch *u)
{
	char *text = np_turtles_to_json(r, u);
	json_t *j;

	assert_non_null(text);
	j = json_loads(text, 0, NULL);
	assert_non_null(j);
	free(text);
	return j;
}

static const struct np_uarch five_to_six = { "x", "X", 500, 600, "made up" };

/* At 500 cycles: single 1,530.125, off 29,730.125, on 17,000.125 + 4.2 * 500 = 19,100.125. */
static void test_modelled(void **state)
{
	struct np_result *r = sample_result();
	json_t *j = report(r, &five_to_six);
	const json_t *m = json_object_get(j, "modelled"), *row;

	(void)state;
	row = row_of(json_object_get(m, "overheads"), "cpuid", NULL);
	assert_close(number(row, "modelled_reduction_least"), 100 * 10630.0 / 28200, 1e-6);
	/* At 600: 1,630.125, 30,854.125, 19,520.125. */
	assert_close(number(row, "modelled_reduction_most"), 100 * 11334.0 / 29224, 1e-6);
	/* At 550, the middle: 1,580.125, 30,292.125. */
	assert_close(number(row, "modelled_overhead_off"), 100 * (30292.125 / 1580.125 - 1), 1e-6);
	row = row_of(json_object_get(m, "iterations"), "cpuid", NP_ARM_OFF);
	assert_close(number(row, "modelled_vmcs"), 8.21 * 550, 1e-6);
	assert_close(number(row, "modelled_total"), 30292.125, 1e-6);
	json_decref(j);
	np_result_free(r);
}

/* What is modelled is in places of its own, and nowhere without a uarch or on hardware. */
static void test_never_mixed(void **state)
{
	struct np_result *r = sample_result();
	json_t *plain = report(r, NULL), *with = report(r, &five_to_six), *hardware;
	const char *key;
	json_t *value;

	(void)state;
	assert_true(json_is_null(json_object_get(plain, "modelled")));
	assert_true(json_equal(json_object_get(plain, "overheads"),
			       json_object_get(with, "overheads")));
	json_object_foreach((json_t *)json_array_get(json_object_get(with, "overheads"), 0), key,
			    value)
		assert_null(strstr(key, "modelled"));
	r->emulated = false;
	hardware = report(r, &five_to_six);
	assert_true(json_is_null(json_object_get(hardware, "modelled")));
	json_decref(plain);
	json_decref(with);
	json_decref(hardware);
	np_result_free(r);
}

static void test_overheads(void **state)
{
	struct np_result *r = sample_result();
	json_t *j = report(r, NULL);
	const json_t *rows = json_object_get(j, "overheads");
	const json_t *row = row_of(rows, "cpuid", NULL);

	(void)state;
	assert_close(number(row, "overhead_off"), 100 * (24110.125 / 1030.125 - 1), 1e-6);
	assert_close(number(row, "reduction"), 100 * 7110.0 / 23080, 1e-6);
	assert_close(number(row, "exits_off"), 10.24, 1e-6);
	assert_close(number(row, "paper_exits_off"), 13, 0);
	assert_true(isnan(number(row_of(rows, "vmcall", NULL), "paper_reduction")));
	row = row_of(rows, "compile", NULL);
	assert_true(isnan(number(row, "reduction")));
	assert_close(number(row, "paper_overhead_on"), 10.3, 1e-6);
	assert_string_equal(json_string_value(json_object_get(row, "paper_benchmark")),
			    "kernbench");
	json_decref(j);
	np_result_free(r);
}

static void test_places(void **state)
{
	struct np_result *r = sample_result();
	struct np_workload_result *w = (void *)cpuid(r, NP_ARM_OFF);
	const json_t *row;
	json_t *j;

	(void)state;
	w->times.known = true;
	w->times.phases = (struct np_phase_sum){ .n = 2, .ns = 1000,
						 .phase = { 100, 400, 300, 50, 50, 100 } };
	w->cycles = (struct np_cycles){ true, 300, 700 };
	j = report(r, NULL);
	row = row_of(json_object_get(j, "places"), "cpuid", NP_ARM_OFF);
	assert_close(number(row, "l0_cycles"), 30, 1e-9);
	assert_close(number(row, "mean"), 500, 1e-9);
	assert_close(number(row, "vmcs"), 30, 1e-9);
	row = row_of(json_object_get(j, "places"), "cpuid", NP_ARM_ON);
	assert_string_equal(json_string_value(json_object_get(row, "l0_cycles")),
			    "not available");
	assert_true(isnan(number(row, "vmcs")));
	json_decref(j);
	np_result_free(r);
}

/* 100 ticks on the machine itself: 10.3, 241.1 and 170.0 times as slow. */
static void test_native(void **state)
{
	struct np_result *r = sample_result();
	json_t *j = report(r, NULL);
	const json_t *row;

	(void)state;
	assert_int_equal(json_array_size(json_object_get(j, "native")), 0);
	json_decref(j);
	sample_workload(sample_arm(r, NP_ARM_NATIVE, NULL), "cpuid", 99.875, 100);
	assert_string_equal(r->arms[0]->name, NP_ARM_NATIVE);
	j = report(r, NULL);
	assert_int_equal(json_array_size(json_object_get(j, "native")), 1);
	row = row_of(json_object_get(j, "native"), "cpuid", NULL);
	assert_close(number(row, "native"), 100, 1e-9);
	assert_close(number(row, "guest"), 10.30125, 1e-9);
	assert_close(number(row, "nested_off"), 241.10125, 1e-9);
	assert_close(number(row, "nested_on"), 170.00125, 1e-9);
	assert_close(number(row, "paper_nested_off"), 580, 1e-9);
	/* The other tables are as without it. */
	row = row_of(json_object_get(j, "overheads"), "cpuid", NULL);
	assert_close(number(row, "overhead_off"), 100 * (24110.125 / 1030.125 - 1), 1e-6);
	json_decref(j);
	np_result_free(r);
}

static void test_no_cycles(void **state)
{
	struct np_result *r = sample_result();
	struct np_workload_result *w = (void *)cpuid(r, NP_ARM_OFF);

	(void)state;
	assert_null(np_turtles_no_cycles(r)); /* nobody asked for them */
	w->times.known = true;
	assert_non_null(strstr(np_turtles_no_cycles(r), "not available"));
	w->cycles = (struct np_cycles){ true, 300, 700 };
	assert_null(np_turtles_no_cycles(r));
	np_result_free(r);
}

static void test_uarchs(void **state)
{
	const struct np_uarch *u;
	uint32_t n = 0;

	(void)state;
	for (; (u = np_uarch_at(n)); n++) {
		assert_true(u->least > 0 && u->least <= u->most && u->source[0]);
		assert_non_null(strstr(NP_UARCHS, u->name));
	}
	assert_int_equal(n, 4);
	assert_null(np_uarch_find("icelake"));
	assert_close(np_uarch_find("nehalem")->least, 1009, 0);
}

/* Any result: nothing measured, arms that are missing. */
static void test_prints_anything(void **state)
{
	struct np_result *empty = np_result_new(), *off = sample_empty();
	FILE *f = fopen("/dev/null", "w");

	(void)state;
	sample_off(off);
	assert_int_equal(np_turtles_print(empty, &five_to_six, f), 0);
	assert_int_equal(np_turtles_print(off, &five_to_six, f), 0);
	fclose(f);
	np_result_free(empty);
	np_result_free(off);
}

static void test_failed_are_named(void **state)
{
	struct np_result *r = sample_result();
	struct np_workload_result *w = (void *)cpuid(r, NP_ARM_ON);
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	(void)state;
	snprintf(w->error, sizeof(w->error), "it hung");
	assert_int_equal(np_turtles_print(r, NULL, f), 0);
	fclose(f);
	assert_non_null(strstr(text, "as they failed\nshadow-on, cpuid: it hung\n"));
	free(text);
	np_result_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paper_macro),	cmocka_unit_test(test_paper_micro),
		cmocka_unit_test(test_paper_without),	cmocka_unit_test(test_nothing_to_reduce),
		cmocka_unit_test(test_transitions),	cmocka_unit_test(test_model),
		cmocka_unit_test(test_modelled),	cmocka_unit_test(test_never_mixed),
		cmocka_unit_test(test_native),		cmocka_unit_test(test_no_cycles),
		cmocka_unit_test(test_overheads),	cmocka_unit_test(test_places),
		cmocka_unit_test(test_uarchs),		cmocka_unit_test(test_prints_anything),
		cmocka_unit_test(test_failed_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
