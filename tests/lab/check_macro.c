// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_macro RESULT.json WORKLOADS: each of the macro-workloads ran in each arm; L2 was a
 * guest that exits, and to L1 where there is one; each request had a port write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/exit_reason.h"
#include "collector/workload.h"
#include "tests/lab/one_result.h"

static const char *wanted;

/* "macro", or names parted by commas. */
static bool is_wanted(const struct workload *m)
{
	const char *at = strstr(wanted, m->name);

	return m->macro && (!strcmp(wanted, "macro") || at);
}

static uint64_t exits_of(const struct np_arm_result *arm, const struct np_workload_result *w,
			 const char *reason)
{
	int i = np_exit_reason_find(w->account.isa, reason);

	assert_in_range(i, 0, NP_REASONS - 1);
	return arm->nested ? w->account.l2[i].to_l1 : w->account.outside[i];
}

static void check(const struct np_arm_result *arm, const struct workload *m)
{
	const struct np_workload_result *w = np_arm_workload(arm, m->name);
	struct np_l2_totals t;

	assert_non_null(w);
	assert_string_equal(w->error, "");
	assert_true(w->untraced.n > 0 && w->has_account);
	np_account_l2_totals(&w->account, &t);
	printf("%-10s %-14s %16.0f ticks %8llu exits of L2\n", arm->name, w->name,
	       w->untraced.ticks[0] * w->iterations, (unsigned long long)t.exits);
	assert_int_equal(w->lost, 0);
	if (arm->nested)
		assert_true(t.to_l1 > 0 && t.exits >= t.to_l1);
	if (!strcmp(m->name, "requests"))
		assert_true(exits_of(arm, w, "IO_INSTRUCTION") >= w->iterations);
}

static void each_ran_in_each_arm(void **state)
{
	const struct np_result *r = *state;
	const struct workload *m;
	uint32_t n = 0;

	assert_true(r->nr_arms > 0);
	for (uint32_t i = 0; (m = workload_at(i)); i++)
		for (uint32_t a = 0; is_wanted(m) && a < r->nr_arms; a++, n++)
			check(r->arms[a], m);
	assert_true(n > 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_ran_in_each_arm) };

	if (argc != 3) {
		fprintf(stderr, "usage: check_macro RESULT.json WORKLOADS\n");
		return 2;
	}
	one_result_path = argv[1];
	wanted = argv[2];
	return cmocka_run_group_tests(tests, one_result_load, one_result_free);
}
