// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/sample_result.h"

static struct np_comparison compare_one(const struct np_result *r)
{
	struct np_comparison all[NP_MAX_COMPARISONS];

	assert_int_equal(np_result_compare(r, all), 1);
	return all[0];
}

static struct np_result *with_times(double single, double off, double on)
{
	struct np_result *r = np_result_new();
	const double ticks[] = { single, off, on };
	const char *const arm[] = { NP_ARM_SINGLE, NP_ARM_OFF, NP_ARM_ON };

	for (int i = 0; i < 3; i++) {
		struct np_workload_result *w;

		if (isnan(ticks[i]))
			continue;
		w = np_arm_add_workload(np_result_add_arm(r, arm[i]), "cpuid");
		sample_times(&w->untraced, ticks[i], 1);
	}
	return r;
}

static void test_samples(void **state)
{
	struct np_samples s = { .n = 3, .ticks = { 10.0004, 12.5, 11 } };
	struct np_samples none = { 0 };

	(void)state;
	assert_close(np_samples_mean(&s), 11.167, 1e-12);
	assert_close(np_samples_min(&s), 10, 0);
	assert_close(np_samples_max(&s), 12.5, 0);
	assert_true(isnan(np_samples_mean(&none)));
	assert_true(isnan(np_samples_min(&none)));
	assert_true(isnan(np_samples_max(&none)));
}

/* The lab's first figures: 24,110 and 17,000 ticks over 1,030. */
static void test_comparison(void **state)
{
	struct np_result *r = with_times(1030, 24110, 17000);
	struct np_comparison c = compare_one(r);

	(void)state;
	assert_string_equal(c.workload, "cpuid");
	assert_true(c.has_single && c.has_off && c.has_on);
	assert_close(c.overhead_off, 22.40777, 1e-5);
	assert_close(c.overhead_on, 15.50485, 1e-5);
	assert_close(c.overhead_reduction_percent, 30.80589, 1e-5);
	assert_close(c.time_saved_percent, 29.48984, 1e-5);
	np_result_free(r);
}

static void test_comparison_of_a_part(void **state)
{
	struct np_result *r = with_times(NAN, 24110, 17000);
	struct np_comparison c = compare_one(r);

	(void)state;
	assert_false(c.has_single);
	assert_true(isnan(c.single) && isnan(c.overhead_off) && isnan(c.overhead_on));
	assert_true(isnan(c.overhead_reduction_percent));
	assert_close(c.time_saved_percent, 29.48984, 1e-5);
	np_result_free(r);

	r = with_times(1030, NAN, 17000);
	c = compare_one(r);
	assert_false(c.has_off);
	assert_true(isnan(c.overhead_off) && isnan(c.overhead_reduction_percent));
	assert_true(isnan(c.time_saved_percent));
	assert_close(c.overhead_on, 15.50485, 1e-5);
	np_result_free(r);
}

/* No overhead, so nothing of it can be removed: no figure, not infinity. */
static void test_comparison_without_overhead(void **state)
{
	struct np_result *r = with_times(1030, 1030, 900);
	struct np_comparison c = compare_one(r);

	(void)state;
	assert_true(isnan(c.overhead_reduction_percent));
	np_result_free(r);
	r = with_times(0, 1030, 900);
	c = compare_one(r);
	assert_true(isnan(c.overhead_off));
	np_result_free(r);
}

static void test_failed_workload_is_not_compared(void **state)
{
	struct np_result *r = with_times(1030, 24110, 17000);

	(void)state;
	snprintf(r->arms[2]->workloads[0]->error, 160, "L1 died");
	assert_false(compare_one(r).has_on);
	assert_true(isnan(compare_one(r).overhead_reduction_percent));
	np_result_free(r);
}

static void test_comparison_keeps_to_its_room(void **state)
{
	struct np_result *r = np_result_new();
	struct np_comparison all[NP_MAX_COMPARISONS];
	char name[NP_NAME];

	(void)state;
	for (int a = 0; a * NP_MAX_WORKLOADS <= NP_MAX_COMPARISONS; a++) {
		snprintf(name, sizeof(name), NP_ARM_OFF "@%d", a);
		assert_non_null(np_result_add_arm(r, name));
		for (int i = 0; i < NP_MAX_WORKLOADS; i++) {
			snprintf(name, sizeof(name), "workload %d", i);
			assert_non_null(np_arm_add_workload(r->arms[a], name));
		}
	}
	assert_null(np_arm_add_workload(r->arms[0], "one too many"));
	assert_int_equal(np_result_compare(r, all), NP_MAX_COMPARISONS);
	np_result_free(r);
}

static void test_observer_effect(void **state)
{
	struct np_result *r = sample_result();
	struct np_workload_result *w = r->arms[1]->workloads[0];

	(void)state;
	assert_close(np_observer_effect(w), 26230.125 / 24110.125 - 1, 1e-12);
	w->traced.n = 0;
	assert_true(isnan(np_observer_effect(w)));
	np_result_free(r);
}

static void test_arms_have_their_order(void **state)
{
	struct np_result *r = np_result_new();
	const char *const want[] = { NP_ARM_SINGLE, NP_ARM_OFF, NP_ARM_ON, "zeta", "alpha" };

	(void)state;
	np_result_add_arm(r, "zeta");
	np_result_add_arm(r, NP_ARM_ON);
	np_result_add_arm(r, "alpha");
	np_result_add_arm(r, NP_ARM_SINGLE);
	np_result_add_arm(r, NP_ARM_OFF);
	for (int i = 0; i < 5; i++)
		assert_string_equal(r->arms[i]->name, want[i]);
	np_result_free(r);
}

static void test_no_room_for_arms(void **state)
{
	struct np_result *r = np_result_new();
	char name[NP_NAME];

	(void)state;
	for (int i = 0; i < NP_MAX_ARMS; i++) {
		snprintf(name, sizeof(name), "arm %d", i);
		assert_non_null(np_result_add_arm(r, name));
	}
	assert_null(np_result_add_arm(r, "one too many"));
	np_result_free(r);
}

static void test_environment(void **state)
{
	struct np_result *r = np_result_new();
	char key[NP_NAME];

	(void)state;
	assert_null(np_result_env(r, "qemu"));
	assert_int_equal(np_result_set_env(r, "qemu", "%s", "7.2"), 0);
	assert_int_equal(np_result_set_env(r, "qemu", "%d.%d", 8, 0), 0);
	assert_string_equal(np_result_env(r, "qemu"), "8.0");
	assert_int_equal(r->nr_env, 1);
	assert_int_equal(np_result_set_env(r, "", "x"), -EINVAL);
	assert_int_equal(np_result_set_env(r, "emulated", "yes"), -EINVAL);
	assert_int_equal(np_result_set_env(r, "a_key_of_thirty_two_characters__", "x"), -EINVAL);
	for (int i = 1; i < NP_MAX_ENV; i++) {
		snprintf(key, sizeof(key), "key %d", i);
		assert_int_equal(np_result_set_env(r, key, "x"), 0);
	}
	assert_int_equal(np_result_set_env(r, "one too many", "x"), -E2BIG);
	np_result_free(r);
}

static void test_merge(void **state)
{
	struct np_result *to = sample_empty(), *from = sample_empty();
	const char *differs = "untouched";

	(void)state;
	sample_on(to);
	sample_single(from);
	sample_off(from);
	np_result_set_env(from, "only_here", "x");
	to->time_unit[0] = '\0';
	assert_int_equal(np_result_merge(to, from, &differs), 0);
	assert_null(differs);
	assert_int_equal(from->nr_arms, 0);
	assert_int_equal(to->nr_arms, 3);
	assert_string_equal(to->arms[0]->name, NP_ARM_SINGLE);
	assert_string_equal(to->arms[2]->name, NP_ARM_ON);
	assert_string_equal(np_result_env(to, "only_here"), "x");
	assert_string_equal(to->time_unit, from->time_unit);
	np_result_free(from);
	np_result_free(to);
}

static void refuses(struct np_result *to, struct np_result *from, int err, const char *what)
{
	uint32_t to_arms = to->nr_arms, from_arms = from->nr_arms, env = to->nr_env;
	const char *differs = NULL;

	assert_int_equal(np_result_merge(to, from, &differs), err);
	if (what)
		assert_string_equal(differs, what);
	assert_int_equal(to->nr_arms, to_arms);
	assert_int_equal(from->nr_arms, from_arms);
	assert_int_equal(to->nr_env, env);
	np_result_free(from);
	np_result_free(to);
}

static void test_merge_refuses(void **state)
{
	struct np_result *to = sample_result(), *from = sample_empty();

	(void)state;
	sample_on(from);
	refuses(to, from, -EEXIST, NP_ARM_ON);

	to = sample_empty();
	from = sample_result();
	np_result_set_env(from, "only_here", "x");
	np_result_set_env(from, "l0_kernel", "6.12");
	refuses(to, from, -EINVAL, "l0_kernel");

	to = sample_empty();
	from = sample_result();
	from->emulated = false;
	refuses(to, from, -EINVAL, "emulated");

	to = sample_empty();
	from = sample_result();
	snprintf(from->time_unit, sizeof(from->time_unit), "nanoseconds");
	refuses(to, from, -EINVAL, "time_unit");
}

static void test_merge_without_room(void **state)
{
	struct np_result *to = np_result_new(), *from = np_result_new();
	char name[NP_NAME];

	(void)state;
	for (int i = 0; i < NP_MAX_ARMS; i++) {
		snprintf(name, sizeof(name), "arm %d", i);
		np_result_add_arm(to, name);
	}
	np_result_add_arm(from, "another");
	refuses(to, from, -E2BIG, NULL);
}

/* What the lab measured with one CPU, and with two. */
static void test_join(void **state)
{
	struct np_result *to = sample_empty(), *from = sample_empty();
	const char *differs = "untouched";

	(void)state;
	sample_on(to);
	sample_workload(sample_arm(from, NP_ARM_ON, "Y"), "ipi", 1, 2);
	sample_workload(sample_arm(from, NP_ARM_SINGLE, NULL), "ipi", 1, 2);
	assert_int_equal(np_result_join(to, from, &differs), 0);
	assert_null(differs);
	assert_int_equal(from->nr_arms, 0);
	assert_int_equal(to->nr_arms, 2);
	assert_string_equal(to->arms[0]->name, NP_ARM_SINGLE);
	assert_non_null(np_arm_workload(to->arms[1], "cpuid"));
	assert_non_null(np_arm_workload(to->arms[1], "ipi"));
	np_result_free(from);
	np_result_free(to);
}

static void test_join_refuses(void **state)
{
	struct np_result *to = sample_result(), *from = sample_empty();
	const char *differs;

	(void)state;
	sample_on(from);
	assert_int_equal(np_result_join(to, from, &differs), -EEXIST);
	assert_string_equal(differs, "cpuid");
	assert_int_equal(from->nr_arms, 1);
	np_result_set_env(from, "l0_kernel", "6.12");
	assert_int_equal(np_result_join(to, from, &differs), -EINVAL);
	assert_string_equal(differs, "l0_kernel");
	np_result_free(from);
	np_result_free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_comparison),
		cmocka_unit_test(test_comparison_of_a_part),
		cmocka_unit_test(test_comparison_without_overhead),
		cmocka_unit_test(test_failed_workload_is_not_compared),
		cmocka_unit_test(test_comparison_keeps_to_its_room),
		cmocka_unit_test(test_observer_effect),
		cmocka_unit_test(test_arms_have_their_order),
		cmocka_unit_test(test_no_room_for_arms),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_merge_refuses),
		cmocka_unit_test(test_merge_without_room),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_join_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
