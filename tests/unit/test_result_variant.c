// SPDX-License-Identifier: GPL-2.0-only
/* Results of several kernels in one, and arms against one another. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/result_against.h"
#include "analysis/result_json.h"
#include "analysis/result_variant.h"
#include "tests/unit/sample_result.h"

/* Single level 1000, nested 20000 and 10000 ticks, times `factor`. */
static struct np_result *measured_on(const char *kernel, double factor)
{
	struct np_result *r = np_result_new();

	r->emulated = true;
	sample_workload(sample_arm(r, "single", NULL), "cpuid", 1000 * factor, 1000);
	sample_workload(sample_arm(r, "shadow-off", "N"), "cpuid", 20000 * factor, 1000);
	sample_workload(sample_arm(r, "shadow-on", "Y"), "cpuid", 10000 * factor, 1000);
	assert_int_equal(np_result_set_env(r, "l0_kernel", "%s", kernel), 0);
	assert_int_equal(np_result_set_env(r, "qemu", "7.2"), 0);
	return r;
}

static struct np_result *two_kernels(void)
{
	struct np_result *r = measured_on("6.1.0", 1), *new = measured_on("6.12.0", 1.5);
	const char *differs = NULL;

	assert_int_equal(np_result_make_variant(r, "6.1"), 0);
	assert_int_equal(np_result_make_variant(new, "6.12"), 0);
	assert_int_equal(np_result_merge(r, new, &differs), 0);
	np_result_free(new);
	return r;
}

static void what_varies_goes_to_the_arms(void **state)
{
	struct np_result *r = two_kernels();
	const struct np_arm_result *a = np_result_arm_of(r, "shadow-on", "6.12");

	(void)state;
	assert_int_equal(r->nr_arms, 6);
	assert_null(np_result_env(r, "l0_kernel"));
	assert_string_equal(np_result_env(r, "qemu"), "7.2");
	assert_string_equal(a->name, "shadow-on@6.12");
	assert_int_equal(a->nr_env, 1);
	assert_string_equal(a->env[0].key, "l0_kernel");
	assert_string_equal(a->env[0].value, "6.12.0");
	assert_string_equal(np_arm_variant(a->name), "6.12");
	assert_string_equal(np_arm_variant("single"), "");
	np_result_free(r);
}

static void each_variant_is_compared_within_itself(void **state)
{
	struct np_result *r = two_kernels();
	struct np_comparison all[NP_MAX_COMPARISONS];
	char name[NP_COMPARED];

	(void)state;
	assert_int_equal(np_result_compare(r, all), 2);
	assert_string_equal(np_comparison_name(&all[0], name), "cpuid@6.1");
	assert_string_equal(np_comparison_name(&all[1], name), "cpuid@6.12");
	for (int i = 0; i < 2; i++)
		assert_close(all[i].overhead_reduction_percent, 1000.0 / 19, 0.01);
	assert_true(all[1].off > all[0].off);
	np_result_free(r);
}

static void variants_survive_json(void **state)
{
	struct np_result *r = two_kernels(), *again = NULL;
	char *text = np_result_to_json(r), *second, why[200] = "";

	(void)state;
	assert_int_equal(np_result_from_json(text, &again, why, sizeof(why)), 0);
	second = np_result_to_json(again);
	assert_string_equal(text, second);
	assert_non_null(strstr(text, "\"variant\": \"6.12\""));
	free(text);
	free(second);
	np_result_free(r);
	np_result_free(again);
}

static char *against(const struct np_result *r)
{
	struct np_rows *t = np_against_rows(r);
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_int_equal(np_rows_print_csv_lines(t, f), 0);
	fclose(f);
	np_rows_free(t);
	return text;
}

static void arms_are_set_against_the_first_variants(void **state)
{
	struct np_result *r = two_kernels();
	char *text = against(r);

	(void)state;
	assert_null(strstr(text, "cpuid,single@6.1,"));
	assert_non_null(strstr(text, "cpuid,shadow-off@6.12,shadow-off@6.1,"));
	assert_non_null(strstr(text, ",49.99"));
	free(text);
	np_result_free(r);
}

static void an_arm_of_the_users_own_against_the_first_nested_one(void **state)
{
	struct np_result *r = measured_on("6.1.0", 1);
	char *text;

	(void)state;
	text = against(r);
	assert_string_equal(text, "");
	free(text);
	sample_workload(sample_arm(r, "no-vpid", "Y"), "cpuid", 20000, 1000);
	text = against(r); /* the same figures: no change is told */
	assert_non_null(strstr(text, "cpuid,no-vpid,shadow-off,20000.125,\n"));
	free(text);
	np_result_free(r);
}

static void a_name_without_room_is_refused(void **state)
{
	struct np_result *r = measured_on("6.1.0", 1);

	(void)state;
	assert_int_equal(np_result_make_variant(r, "bookworm-backports-skylake"), -ENAMETOOLONG);
	assert_string_equal(r->arms[0]->name, "single");
	assert_string_equal(np_result_env(r, "l0_kernel"), "6.1.0");
	np_result_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_varies_goes_to_the_arms),
		cmocka_unit_test(each_variant_is_compared_within_itself),
		cmocka_unit_test(variants_survive_json),
		cmocka_unit_test(arms_are_set_against_the_first_variants),
		cmocka_unit_test(an_arm_of_the_users_own_against_the_first_nested_one),
		cmocka_unit_test(a_name_without_room_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
