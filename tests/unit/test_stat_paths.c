// SPDX-License-Identifier: GPL-2.0-only
/* Which of L2's exits ended in the fast path: they have no kvm_nested_vmexit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "analysis/stat_lines.h"
#include "analysis/stat_metrics.h"
#include "analysis/stat_tables.h"
#include "bpf/nested_fsm.h"
#include "tests/unit/fsm_pools.h"

enum { CPUID = 10, PREEMPTION_TIMER = 52 };

static struct np_vcpu vcpu;
static struct stat_lines lines;

static int begin(void **state)
{
	(void)state;
	fresh_pools(1, TEST_ROWS);
	fresh_vcpu(&vcpu, 0);
	lines = (struct stat_lines){ 0 };
	return 0;
}

static int end(void **state)
{
	(void)state;
	stat_lines_free(&lines);
	return 0;
}

static void l2_exits(uint32_t reason, bool slow)
{
	np_fsm_exit(&pools, &vcpu, reason, NP_LEVEL_L2, false);
	if (slow)
		np_fsm_slow_path(&pools, &vcpu);
}

static void add_lines(bool paths)
{
	static struct np_account account;
	static struct np_trip_hists trips;
	const struct stat_whose whose = { .vcpu = NP_ANY_VCPU };

	memset(&account, 0, sizeof(account));
	np_account_add_vcpu(&account, &vcpu, &pools);
	lines.paths = paths;
	assert_int_equal(stat_lines_add(&whose, &account, &trips, &lines), 0);
	assert_int_equal(stat_lines_finish(&lines, 1, 0, stat_metric_find("reason")), 0);
}

static double value(uint32_t reason, const char *key)
{
	const struct stat_metric *m = stat_metric_find(key);

	assert_non_null(m);
	for (uint32_t i = 0; i < lines.nr_lines; i++)
		if (lines.line[i].kind == STAT_L2 && lines.line[i].reason == reason)
			return m->value(&lines.line[i], m->arg);
	fail_msg("no line for reason %u", reason);
	return NAN;
}

static void exits_without_the_event_are_fast(void **state)
{
	(void)state;
	np_fsm_vmenter(&pools, &vcpu, false);
	l2_exits(PREEMPTION_TIMER, false);
	l2_exits(PREEMPTION_TIMER, true);
	l2_exits(PREEMPTION_TIMER, false);
	l2_exits(CPUID, true);
	np_fsm_inject(&pools, &vcpu, CPUID, false);
	add_lines(true);
	assert_true(value(PREEMPTION_TIMER, "exits") == 3);
	assert_true(value(PREEMPTION_TIMER, "l0_only") == 3);
	assert_true(value(PREEMPTION_TIMER, "fast") == 2);
	assert_true(value(PREEMPTION_TIMER, "slow") == 1);
	assert_true(value(CPUID, "to_l1") == 1);
	assert_true(value(CPUID, "fast") == 0);
}

static bool is_column(const char *key)
{
	struct stat_table t;
	bool found = false;

	assert_int_equal(stat_table_lines(&t, &lines, STAT_BY_REASON, STAT_FORM_TEXT, NULL), 0);
	for (uint32_t i = 0; i < t.nr_columns; i++)
		found |= !strcmp(t.columns[i].key, key);
	stat_table_free(&t);
	return found;
}

static void unknown_unless_asked_for(void **state)
{
	(void)state;
	l2_exits(CPUID, false);
	add_lines(false);
	assert_true(isnan(value(CPUID, "fast")));
	assert_true(isnan(value(CPUID, "slow")));
	assert_false(is_column("fast"));
}

static void known_and_zero_is_shown(void **state)
{
	(void)state;
	l2_exits(CPUID, true);
	add_lines(true);
	assert_true(is_column("fast"));
}

/* The row has the exit only when the next event settles it; a reading may come between. */
static void never_less_than_none(void **state)
{
	(void)state;
	l2_exits(CPUID, true);
	add_lines(true);
	lines.line[0].row.exits = 0;
	assert_true(value(CPUID, "fast") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(exits_without_the_event_are_fast, begin, end),
		cmocka_unit_test_setup_teardown(unknown_unless_asked_for, begin, end),
		cmocka_unit_test_setup_teardown(known_and_zero_is_shown, begin, end),
		cmocka_unit_test_setup_teardown(never_less_than_none, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
