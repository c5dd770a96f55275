// SPDX-License-Identifier: GPL-2.0-only
/* Which workloads run in which arm, in which of its L1s, and in which round of the lab. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "collector/ab_part.h"
#include "collector/base/fail.h"
#include "collector/lab/plan.h"
#include "collector/workload.h"

static struct ab_config c, part;

static int clear(void **state)
{
	(void)state;
	fail_clear();
	memset(&c, 0, sizeof(c));
	c.cpus = 2;
	return 0;
}

static void add(const char *workload)
{
	c.workloads[c.nr_workloads++] = workload;
}

static void expect(const char *arm, uint32_t cpus, const char *only)
{
	assert_int_equal(ab_part(&c, ab_find_arm(arm), cpus, &part), only != NULL);
	assert_int_equal(part.nr_workloads, only ? 1 : 0);
	assert_int_equal(part.l1.cpus, cpus);
	if (only)
		assert_string_equal(part.workloads[0], only);
}

static void each_l1_gets_its_own(void **state)
{
	(void)state;
	add("ipi");
	add("vmcall");
	expect("shadow-on", 1, "vmcall");
	expect("shadow-on", 2, "ipi");
	expect("single", 2, "ipi");
	expect("native", 1, NULL);
	expect("native", 2, NULL);
	assert_int_equal(c.nr_workloads, 2);
}

static void native_takes_what_has_the_form(void **state)
{
	(void)state;
	add("vmcall");
	add("cpuid");
	add("ipi");
	expect("native", 1, "cpuid");
	assert_false(ab_part(&c, ab_find_arm("native"), 2, &part));
}

static void a_second_cpu_is_needed(void **state)
{
	(void)state;
	add("ipi");
	c.arms[c.nr_arms++] = ab_find_arm("shadow-on");
	assert_int_equal(ab_part_check(&c), 0);
	c.cpus = 1;
	expect("shadow-on", 2, NULL);
	assert_int_equal(ab_part_check(&c), -EINVAL);
	assert_int_equal(fail_code(), NP_EXIT_USAGE);
}

/* What is left out of one arm runs in another. */
static void one_arm_is_enough(void **state)
{
	(void)state;
	add("vmcall");
	c.arms[c.nr_arms++] = ab_find_arm("native");
	assert_int_equal(ab_part_check(&c), -EINVAL);
	fail_clear();
	assert_false(ab_part_any(&c, c.arms[0]));
	c.arms[c.nr_arms++] = ab_find_arm("single");
	assert_int_equal(ab_part_check(&c), 0);
	assert_true(ab_part_any(&c, c.arms[1]));
}

static void rounds_of_the_lab(void **state)
{
	struct selection what, round;

	(void)state;
	selection_init(&what);
	what.nr_workloads = 0;
	what.workloads[what.nr_workloads++] = "ipi";
	what.arms[what.nr_arms++] = ab_find_arm("native");
	what.arms[what.nr_arms++] = ab_find_arm("shadow-off");
	assert_false(lab_plan_round(&what, 1, &round));
	assert_true(lab_plan_round(&what, 2, &round));
	assert_int_equal(round.nr_arms, 1);
	assert_string_equal(round.arms[0]->name, "shadow-off");
	what.workloads[what.nr_workloads++] = "cpuid";
	assert_true(lab_plan_round(&what, 1, &round));
	assert_int_equal(round.nr_arms, 2);
	assert_int_equal(round.nr_workloads, 1);
	assert_string_equal(round.workloads[0], "cpuid");
	what.nr_arms = 1;
	assert_false(lab_plan_round(&what, 2, &round));
}

/* Every workload is in a round, and one alone. */
static void no_workload_is_forgotten(void **state)
{
	const struct workload *w;

	(void)state;
	for (uint32_t i = 0; (w = workload_at(i)); i++) {
		uint32_t n = 0;

		c.nr_workloads = 0;
		add(w->name);
		for (uint32_t cpus = 1; cpus <= AB_PARTS; cpus++)
			n += ab_part(&c, ab_find_arm("single"), cpus, &part);
		assert_int_equal(n, 1);
	}
	assert_int_equal(AB_PARTS, LAB_ROUNDS);
}

#define TEST(f) cmocka_unit_test_setup(f, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_l1_gets_its_own), TEST(native_takes_what_has_the_form),
		TEST(a_second_cpu_is_needed), TEST(one_arm_is_enough),
		TEST(rounds_of_the_lab), TEST(no_workload_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
