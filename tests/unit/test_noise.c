// SPDX-License-Identifier: GPL-2.0-only
/* What makes times vary, on hosts made of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/host/noise.h"
#include "tests/unit/fake_host.h"

static int make_host(void **state)
{
	(void)state;
	fake_host_new();
	fake_file("/sys/devices/system/cpu/online", "0-7\n");
	fake_file("/proc/loadavg", "0.03 0.04 0.01 1/100 1234\n");
	return 0;
}

static int remove_host(void **state)
{
	(void)state;
	fake_host_free();
	return 0;
}

static void add(const struct noise *n, void *arg)
{
	char *names = arg;

	assert_true(n->found[0] && n->remedy[0]);
	sprintf(names + strlen(names), "%s ", n->name);
}

static const char *found(bool pinned)
{
	static char names[200];

	names[0] = '\0';
	noise_find(pinned, add, names);
	return names;
}

static void a_quiet_host(void **state)
{
	(void)state;
	assert_string_equal(found(true), "");
	fake_file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
	fake_file("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
	fake_file("/sys/devices/system/cpu/smt/active", "0\n");
	fake_file("/sys/module/damon_stat/parameters/enabled", "N\n");
	assert_string_equal(found(true), "");
}

static void all_that_can_be_there(void **state)
{
	(void)state;
	fake_file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
	fake_file("/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
	fake_file("/sys/devices/system/cpu/smt/active", "1\n");
	fake_file("/sys/module/damon_stat/parameters/enabled", "Y\n");
	fake_file("/proc/loadavg", "3.50 0.04 0.01 1/100 1234\n");
	assert_string_equal(found(false), "governor turbo smt unpinned damon load ");
}

static void one_cpu_has_no_neighbours(void **state)
{
	char names[64];

	(void)state;
	fake_file("/sys/devices/system/cpu/online", "0\n");
	fake_file("/proc/loadavg", "3.50 0.04 0.01 1/100 1234\n");
	assert_string_equal(found(false), "");
	noise_warn(false, names, sizeof(names));
	assert_string_equal(names, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_quiet_host, make_host, remove_host),
		cmocka_unit_test_setup_teardown(all_that_can_be_there, make_host, remove_host),
		cmocka_unit_test_setup_teardown(one_cpu_has_no_neighbours, make_host, remove_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
