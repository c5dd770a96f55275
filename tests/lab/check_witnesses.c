// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_witnesses RESULT.json: every count of a verified run equals the
 * kernel's own, and there are counts to compare for every workload.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lab/one_result.h"

static uint32_t print_and_count_differences(const char *arm, const struct np_workload_result *w)
{
	uint32_t differ = 0;

	for (uint32_t i = 0; i < w->nr_witnesses; i++) {
		const struct np_witness *x = &w->witnesses[i];

		printf("%-10s %-7s %-12s %-44s %8llu %s %-8llu\n", arm, w->name, x->source, x->what,
		       (unsigned long long)x->theirs, x->theirs == x->ours ? "==" : "!=",
		       (unsigned long long)x->ours);
		differ += x->theirs != x->ours;
	}
	return differ;
}

static void every_count_equals_the_kernels_own(void **state)
{
	const struct np_result *r = *state;

	assert_true(r->nr_arms > 0);
	for (uint32_t a = 0; a < r->nr_arms; a++)
		for (uint32_t i = 0; i < r->arms[a]->nr_workloads; i++) {
			const struct np_workload_result *w = r->arms[a]->workloads[i];

			assert_true(w->nr_witnesses > 0);
			assert_int_equal(print_and_count_differences(r->arms[a]->name, w), 0);
		}
}

static void nothing_was_lost_and_every_event_fits(void **state)
{
	const struct np_result *r = *state;

	for (uint32_t a = 0; a < r->nr_arms; a++)
		for (uint32_t i = 0; i < r->arms[a]->nr_workloads; i++) {
			const struct np_workload_result *w = r->arms[a]->workloads[i];

			assert_true(w->has_account);
			assert_int_equal(w->lost, 0);
			assert_int_equal(w->account.desyncs, 0);
		}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_count_equals_the_kernels_own),
		cmocka_unit_test(nothing_was_lost_and_every_event_fits),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: check_witnesses RESULT.json\n");
		return 2;
	}
	one_result_path = argv[1];
	return cmocka_run_group_tests(tests, one_result_load, one_result_free);
}
