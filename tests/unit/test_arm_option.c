// SPDX-License-Identifier: GPL-2.0-only
/* Arms as the user says them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collector/arm_option.h"

static char text[1024], why[200];

static int parse(const char *says, struct ab_arm *arm)
{
	snprintf(text, sizeof(text), "%s", says);
	why[0] = '\0';
	return arm_option_parse(text, arm, why, sizeof(why));
}

static void an_arm_is_nested_unless_it_says_single(void **state)
{
	struct ab_arm arm;

	(void)state;
	assert_int_equal(parse("no-ept:ept=0,kvm.tdp_mmu=N", &arm), 0);
	assert_string_equal(arm.name, "no-ept");
	assert_true(arm.nested);
	assert_int_equal(arm.nr_params, 3);
	assert_string_equal(arm.params[0].name, "ept");
	assert_string_equal(arm.params[0].value, "0");
	assert_string_equal(arm.params[1].name, "kvm.tdp_mmu");
	assert_string_equal(arm.params[2].name, "nested");
	assert_int_equal(parse("flat:single,nested=0", &arm), 0);
	assert_false(arm.nested);
	assert_int_equal(arm.nr_params, 1);
	assert_string_equal(arm.params[0].value, "0");
}

static void an_arm_that_is_printed_is_the_same_again(void **state)
{
	static const char *const says[] = { "a:ept=1", "b:single,vpid=0,nested=0",
					    "c:vmentry_l1d_flush=cond,kvm.halt_poll_ns=0" };
	struct ab_arm arm, again;
	char printed[256], small[8];

	(void)state;
	for (size_t i = 0; i < sizeof(says) / sizeof(*says); i++) {
		char copy[256];

		assert_int_equal(parse(says[i], &arm), 0);
		assert_int_equal(arm_option_print(&arm, printed, sizeof(printed)), 0);
		strcpy(copy, printed);
		assert_int_equal(arm_option_parse(copy, &again, why, sizeof(why)), 0);
		assert_string_equal(again.name, arm.name);
		assert_int_equal(again.nested, arm.nested);
		assert_int_equal(again.nr_params, arm.nr_params);
		assert_memory_equal(again.params, arm.params, sizeof(arm.params));
	}
	assert_int_equal(arm_option_print(&arm, small, sizeof(small)), -E2BIG);
}

static void what_is_no_arm_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *says, *why;
	} cases[] = {
		{ "", "NAME:PARAMETER=VALUE" },
		{ "name", "NAME:PARAMETER=VALUE" },
		{ "name:", "NAME:PARAMETER=VALUE" },
		{ ":ept=0", "NAME:PARAMETER=VALUE" },
		{ "a b:ept=0", "NAME:PARAMETER=VALUE" },
		{ "name:ept=0,,vpid=0", "NAME:PARAMETER=VALUE" },
		{ "name:ept", "'ept' is no" },
		{ "name:ept=", "'ept' is no" },
		{ "name:=0", "'' is no" },
		{ "name:ept=$(reboot)", "'ept' is no" },
		{ "name:ept=0,ept=1", "ept comes twice" },
		{ "name-that-is-longer-than-names-of-arms-are:ept=0", "NAME:PARAMETER=VALUE" },
		{ "name:a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,m=1,n=1,o=1,p=1",
		  "with nested" },
		{ "name:a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1,k=1,l=1,m=1,n=1,o=1,p=1,q=1",
		  "more than 16" },
	};
	struct ab_arm arm;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(parse(cases[i].says, &arm), -EINVAL);
		if (!strstr(why, cases[i].why))
			assert_string_equal(why, cases[i].why); /* fails, and shows both */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arm_is_nested_unless_it_says_single),
		cmocka_unit_test(an_arm_that_is_printed_is_the_same_again),
		cmocka_unit_test(what_is_no_arm_is_refused_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
