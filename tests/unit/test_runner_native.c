// SPDX-License-Identifier: GPL-2.0-only
/* The workload runner without a guest: what runs in a process, and what is refused there. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/l1.h"

static char runner[NP_PATH], guest[NP_PATH];
static struct l1 *l1;

static void start(const char *init)
{
	const struct l1_config config = { .runner = runner, .guest = init, .ready_timeout_s = 10,
					  .run_timeout_s = 60, .l2_timeout_s = 60 };

	if (l1_start_native(&l1, &config))
		assert_string_equal(fail_text(), "");
}

static int stop(void **state)
{
	(void)state;
	fail_clear();
	l1_stop(l1);
	l1 = NULL;
	return 0;
}

static uint64_t run(const char *workload, uint64_t iterations)
{
	uint64_t ticks = 0;

	if (l1_run(l1, workload, iterations, &ticks))
		assert_string_equal(fail_text(), "");
	return ticks;
}

static void refused(const char *workload, uint64_t iterations, const char *why)
{
	uint64_t ticks;

	assert_int_not_equal(l1_run(l1, workload, iterations, &ticks), 0);
	if (!strstr(fail_text(), why))
		assert_string_equal(fail_text(), why);
	fail_clear();
}

/* Where L2's code is linked to is for root alone, and not for root of every container. */
static bool can_map_low(void)
{
	void *p = mmap((void *)0x1000, 0x1000, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
							   MAP_FIXED_NOREPLACE, -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, 0x1000);
	return true;
}

static void the_same_code_in_a_process(void **state)
{
	(void)state;
	if (!can_map_low())
		skip();
	start(NULL);
	assert_true(run("cpuid", 1) > 0);
	assert_true(run("cpuid", 10000) > run("cpuid", 10));
	assert_true(run("ept_violation", 300) > 0);
	assert_true(run("ept_violation", 300) > 0); /* nothing was left in its way */
}

/* What is privileged faults, is said to, and is not the runner's end. */
static void what_is_privileged_is_refused(void **state)
{
	static const char *const names[] = { "vmcall", "rdmsr", "cr_access", "exception", "mmio",
					     "context_switch", "hlt", "ipi" };

	(void)state;
	if (!can_map_low())
		skip();
	start(NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		refused(names[i], 3, "cannot run natively");
	assert_true(run("cpuid", 1) > 0);
	assert_true(run("ept_violation", 16000) > 0);
	refused("ept_violation", 100000000, "so many iterations need");
	assert_true(run("cpuid", 1) > 0);
}

/* L2's init makes itself a folder: that is for root. */
static void macro_workloads(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	start(guest);
	if (l1_prepare(l1, "transactions")) { /* root of a container, which may not mount */
		assert_non_null(strstr(fail_text(), "a folder in memory"));
		skip();
	}
	assert_true(run("transactions", 100000) > run("transactions", 1000));
	assert_true(run("compile", 2) > 0);
	refused("requests", 3, "requests has no native form");
	refused("boot", 1, "boot has no native form");
}

static void without_its_init(void **state)
{
	(void)state;
	start(NULL);
	refused("compile", 1, "the runner has no init of L2");
	stop(state);
	start("/bin/false");
	refused("compile", 1, "compile failed natively");
}

static int find(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	return fs_data_path(runner, "runner") ?: fs_data_path(guest, "guest");
}

#define TEST(f) cmocka_unit_test_teardown(f, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_code_in_a_process), TEST(what_is_privileged_is_refused),
		TEST(macro_workloads), TEST(without_its_init),
	};

	return cmocka_run_group_tests(tests, find, NULL);
}
