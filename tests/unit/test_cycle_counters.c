// SPDX-License-Identifier: GPL-2.0-only
/* Whether this machine has the counter or not: an answer, and nothing left open. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/cycle_counters.h"

static int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void test_self(void **state)
{
	struct np_cycles read = { .known = false };
	struct cycle_counters *c;
	int before = open_files();

	(void)state;
	if (cycle_counters_open(&c, getpid()) < 0) {
		assert_null(c);
	} else {
		cycle_counters_read(c, &read);
		assert_true(!read.known || read.l0 > 0);
	}
	if (cycle_counters_there())
		assert_non_null(c);
	cycle_counters_close(c);
	assert_int_equal(open_files(), before);
}

static void test_gone(void **state)
{
	struct cycle_counters *c;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(cycle_counters_open(&c, pid) < 0);
	assert_null(c);
}

/* Whatever CPU this is: a counter that cannot be opened is none, and that is no error here. */
static void test_cannot_be_opened(void **state)
{
	struct rlimit usual, none;
	struct cycle_counters *c;
	int before = open_files();

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_false(cycle_counters_there());
	assert_true(cycle_counters_open(&c, getpid()) < 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	assert_null(c);
	assert_int_equal(open_files(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_self),
					    cmocka_unit_test(test_gone),
					    cmocka_unit_test(test_cannot_be_opened) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
