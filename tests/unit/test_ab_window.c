// SPDX-License-Identifier: GPL-2.0-only
/* Windows against a fake runner: a clock that jumps, a workload that hangs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#undef fail /* ours is another */
#include "collector/ab_window.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/clock_watch.h"
#include "tests/unit/temp_dir.h"

#define BACKWARDS "18446744073709551000" /* ticks of a counter that was set back */

static struct np_workload_result result;

/* A runner that answers its first requests with these, and the last one ever after. */
static struct l1 *runner(const char *answers, double timeout_s)
{
	struct l1_config c = { .runner = in_dir("runner"), .ready_timeout_s = 10,
			       .run_timeout_s = timeout_s };
	struct l1 *l1 = NULL;
	char text[1024];
	int n = snprintf(text, sizeof(text),
			 "#!/bin/sh\necho @np ready 1\nset -- %s\nwhile read -r verb name n; do\n"
			 "[ $1 = hang ] && sleep 1000\necho @np result $name $n $1\n"
			 "[ $# -gt 1 ] && shift\ndone\n", answers);

	assert_int_equal(fs_write(c.runner, text, n), 0);
	assert_int_equal(chmod(c.runner, 0755), 0);
	memset(&result, 0, sizeof(result));
	strcpy(result.name, "cpuid");
	result.iterations = 10;
	assert_int_equal(l1_start_single(&l1, &c), 0);
	return l1;
}

static void test_good(void **state)
{
	struct l1 *l1 = runner("1000 2000", 10);

	(void)state;
	assert_int_equal(ab_window_untraced(l1, 2, &result), 0);
	assert_int_equal(result.untraced.n, 2);
	assert_true(result.untraced.ticks[0] == 100 && result.untraced.ticks[1] == 200);
	l1_stop(l1);
}

/* What the counter made of it is not in the result, and there are as many times as asked for. */
static void test_jump(void **state)
{
	struct l1 *l1 = runner("1000 " BACKWARDS " 2000", 10);

	(void)state;
	assert_int_equal(ab_window_untraced(l1, 3, &result), 0);
	assert_int_equal(result.untraced.n, 3);
	assert_true(result.untraced.ticks[1] == 200 && result.untraced.ticks[2] == 200);
	l1_stop(l1);
}

static void test_jumps_on(void **state)
{
	struct l1 *l1 = runner(BACKWARDS, 10);

	(void)state;
	assert_true(ab_window_untraced(l1, 3, &result) < 0);
	assert_int_equal(fail_code(), NP_EXIT_L1);
	assert_non_null(strstr(fail_text(), "clock that jumps"));
	assert_int_equal(result.untraced.n, 0);
	l1_stop(l1);
}

static void test_hang(void **state)
{
	struct l1 *l1 = runner("1000 hang", .2);

	(void)state;
	assert_true(ab_window_untraced(l1, 3, &result) < 0);
	assert_int_equal(fail_code(), NP_EXIT_L1);
	assert_non_null(strstr(fail_text(), "did not answer"));
	l1_stop(l1);
}

static void test_doubt(void **state)
{
	(void)state;
	assert_null(clock_doubt(0, 24000000, 1000));
	assert_null(clock_doubt(50000000, 24000000, 1000));
	assert_non_null(strstr(clock_doubt(2000000000, 24000000, 1000), "suspended"));
	assert_non_null(strstr(clock_doubt(0, (uint64_t)-5, 1000), "jumped"));
	assert_null(clock_doubt(-3, 0, 0));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)
	const struct CMUnitTest tests[] = { T(test_good), T(test_jump), T(test_jumps_on),
					    T(test_hang), T(test_doubt) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
