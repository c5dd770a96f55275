// SPDX-License-Identifier: GPL-2.0-only
/* Which arms there are on whose CPU, which run when none is named, and what does not fit. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "analysis/arm_pair.h"
#include "collector/base/fail.h"
#include "collector/selection.h"

static struct selection s;

static int clear(void **state)
{
	(void)state;
	fail_clear();
	selection_init(&s);
	return 0;
}

static void expect_arms(enum np_isa isa, const char *const names[3])
{
	selection_init(&s);
	assert_int_equal(selection_finish(&s, isa), 0);
	assert_int_equal(s.nr_arms, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_string_equal(s.arms[i]->name, names[i]);
}

static void defaults_of_each_vendor(void **state)
{
	(void)state;
	expect_arms(NP_ISA_VMX, (const char *const[]){ "single", "shadow-off", "shadow-on" });
	expect_arms(NP_ISA_SVM, (const char *const[]){ "single", "vgif-off", "vgif-on" });
}

/* The paper's host is in its report, where anything can run there. */
static void turtles_start_from_the_machine(void **state)
{
	(void)state;
	s.turtles = true;
	assert_int_equal(selection_finish(&s, NP_ISA_VMX), 0);
	assert_int_equal(s.nr_arms, 4);
	assert_string_equal(s.arms[0]->name, "native");
	selection_init(&s);
	s.turtles = true;
	s.nr_workloads = 1;
	s.workloads[0] = "vmcall";
	assert_int_equal(selection_finish(&s, NP_ISA_VMX), 0);
	assert_int_equal(s.nr_arms, 3);
}

static void every_arm_is_found_by_its_name(void **state)
{
	const struct ab_arm *arm;
	uint32_t n = 0;

	(void)state;
	for (int isa = NP_ISA_VMX; isa <= NP_ISA_SVM; isa++)
		for (uint32_t i = 0; (arm = ab_arm_of(isa, i)); i++, n++) {
			assert_ptr_equal(ab_find_arm(arm->name), arm);
			assert_non_null(strstr(ab_arm_names(), arm->name));
			assert_string_equal(arm->params[0].name, "nested");
		}
	assert_true(n > 6);
	assert_null(ab_find_arm("sideways"));
}

static void select_one(const char *arm)
{
	selection_init(&s);
	s.arms[s.nr_arms++] = ab_find_arm(arm);
}

static void arms_of_the_other_vendor(void **state)
{
	(void)state;
	select_one("vgif-on");
	assert_int_equal(selection_finish(&s, NP_ISA_SVM), 0);
	assert_int_equal(s.nr_arms, 1);
	assert_int_equal(selection_finish(&s, NP_ISA_VMX), -EINVAL);
	assert_int_equal(fail_code(), NP_EXIT_USAGE);
	assert_non_null(strstr(fail_text(), "vgif-on sets a parameter of kvm_amd"));
	fail_clear();
	select_one("shadow-off");
	assert_int_equal(selection_finish(&s, NP_ISA_SVM), -EINVAL);
	assert_non_null(strstr(fail_text(), "KVM is kvm_amd here"));
	fail_clear();
	select_one("single");
	assert_int_equal(selection_finish(&s, NP_ISA_SVM), 0);
	assert_int_equal(selection_finish(&s, NP_ISA_VMX), 0);
}

static void what_needs_vmx(void **state)
{
	(void)state;
	s.fields = true;
	assert_int_equal(selection_finish(&s, NP_ISA_SVM), -EINVAL);
	assert_non_null(strstr(fail_text(), "--fields needs VMX"));
	fail_clear();
	selection_init(&s);
	s.fields = true;
	assert_int_equal(selection_finish(&s, NP_ISA_VMX), 0);
}

/* A result's arms, in any order: which are compared, and where they stand. */
static void pairs_of_a_result(void **state)
{
	struct np_result *r = np_result_new();

	(void)state;
	assert_string_equal(np_arm_pair(r)->what, "shadow VMCS");
	assert_non_null(np_result_add_arm(r, "mine"));
	assert_non_null(np_result_add_arm(r, "vgif-on"));
	assert_non_null(np_result_add_arm(r, "single"));
	assert_non_null(np_result_add_arm(r, "vgif-off"));
	assert_string_equal(np_arm_pair(r)->what, "virtual GIF");
	assert_string_equal(r->arms[0]->name, "single");
	assert_string_equal(r->arms[1]->name, "vgif-off");
	assert_string_equal(r->arms[2]->name, "vgif-on");
	assert_string_equal(r->arms[3]->name, "mine");
	np_result_free(r);
}

#define TEST(f) cmocka_unit_test_setup(f, clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults_of_each_vendor), TEST(turtles_start_from_the_machine),
		TEST(every_arm_is_found_by_its_name),
		TEST(arms_of_the_other_vendor), TEST(what_needs_vmx), TEST(pairs_of_a_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
