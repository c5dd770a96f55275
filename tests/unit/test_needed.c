// SPDX-License-Identifier: GPL-2.0-only
/* Which of the hooks that come and go vCPUs need. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf/events.h"
#include "collector/needed.h"

enum { VCPUS = 3 };

static const struct np_vcpu idle = { .key = 0x1000 }, enters = { .key = 0x2000, .entries = 1 };
static const struct np_vcpu known = { .key = 0x3000, .entries = 1, .typed = 1,
				      .clock = { .entry_ns = 700 } };
static const struct np_vcpu gone = { .key = NP_KEY_GONE, .entries = 1 };

static void types(void **state)
{
	const struct np_vcpu none[VCPUS] = { idle, known, gone };
	const struct np_vcpu one[VCPUS] = { known, gone, enters };

	(void)state;
	assert_false(types_are_needed(none, VCPUS));
	assert_true(types_are_needed(one, VCPUS));
	assert_true(types_are_known(none, VCPUS));
}

static void first_type(void **state)
{
	const struct np_vcpu nobody_yet[VCPUS] = { idle, gone };
	const struct np_vcpu untyped[VCPUS] = { enters };

	(void)state;
	assert_false(types_are_known(nobody_yet, VCPUS));
	assert_false(types_are_known(untyped, VCPUS));
}

static void entries(void **state)
{
	const struct np_vcpu nobody_yet[VCPUS] = { idle, gone };
	const struct np_vcpu new_one[VCPUS] = { known, idle, enters };
	const struct np_vcpu all_known[VCPUS] = { idle, known, gone };

	(void)state;
	assert_true(enters_are_needed(nobody_yet, VCPUS));
	assert_true(enters_are_needed(new_one, VCPUS));
	assert_false(enters_are_needed(all_known, VCPUS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types),
		cmocka_unit_test(first_type),
		cmocka_unit_test(entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
