// SPDX-License-Identifier: GPL-2.0-only
/* The workload runner itself, as a process: what it refuses and what it runs. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/proc.h"
#include "collector/l1.h"
#include "collector/workload.h"

#define LONG_WORD_MAX 1024

static char runner[NP_PATH];

static int find_runner(void **state)
{
	(void)state;
	return fs_data_path(runner, "runner");
}

/* All that the runner says to `input`, after its first line and until its end. */
static char *talk(const char *input)
{
	static char said[8192];
	const char *const argv[] = { runner, NULL };
	struct proc p;
	size_t len = 0;
	ssize_t n;

	assert_int_equal(proc_start(&p, argv, PROC_PIPE_IN | PROC_PIPE_OUT), 0);
	assert_int_equal(write_all(p.in, input, strlen(input)), 0);
	close(p.in);
	p.in = -1;
	while ((n = read(p.out, said + len, sizeof(said) - 1 - len)) > 0)
		len += n;
	said[len] = '\0';
	proc_stop(&p, 1000);
	assert_ptr_equal(strstr(said, NP_SAYS NP_READY " "), said);
	return strchr(said, '\n') + 1;
}

static void says_which_kernel_it_runs_on(void **state)
{
	struct utsname u;
	char *said = talk("quit\n");

	(void)state;
	uname(&u);
	assert_string_equal(said, "");
	assert_non_null(strstr(said - strlen(u.release) - 2, u.release));
}

static void refuses_with_one_line_each(void **state)
{
	static const char number[] = "@np error not a number of iterations (1 to 4294967295): ";
	static const struct {
		const char *input, *start, *end;
	} cases[] = {
		{ "run no-such 1\n", "@np error no workload is called \"no-such\"\n", "" },
		{ "run\n", "@np error no workload is called \"\"\n", "" },
		{ "run cpuid\n", number, "\"\"\n" },
		{ "run cpuid 0\n", number, "\"0\"\n" },
		{ "run cpuid -1\n", number, "\"-1\"\n" },
		{ "run cpuid +1\n", number, "\"+1\"\n" },
		{ "run cpuid 10x\n", number, "\"10x\"\n" },
		{ "run cpuid 4294967296\n", number, "\"4294967296\"\n" },
		{ "run cpuid 99999999999999999999999\n", number, "" },
		{ "run cpuid 1 2 3\n", "@np error too many words after \"run\"\n", "" },
		{ "run boot 1 0\n", "@np error not a number of seconds: ", "\"0\"\n" },
		{ "run boot 1 1m\n", "@np error not a number of seconds: ", "\"1m\"\n" },
		{ "symbol zz\n", "@np error not an address: \"zz\"\n", "" },
		{ "symbol\n", "@np error not an address: \"\"\n", "" },
		{ "walk cpuid 1\n", "@np error not a command: \"walk\"\n", "" },
		{ "run cpuid 1", "@np error the input ended within a line\n", "" },
		{ "\n \n\r\n", "", "" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *said = talk(cases[i].input);
		size_t end = strlen(cases[i].end);

		assert_int_equal(strncmp(said, cases[i].start, strlen(cases[i].start)), 0);
		assert_true(strlen(said) >= end);
		assert_string_equal(said + strlen(said) - end, cases[i].end);
	}
}

static void overlong_lines_are_dropped_whole(void **state)
{
	char input[LONG_WORD_MAX + 64];

	(void)state;
	for (int len = NP_LINE_MAX - 3; len < LONG_WORD_MAX; len += len > NP_LINE_MAX ? 97 : 1) {
		snprintf(input, sizeof(input), "%0*d\nquit\n", len, 0);
		assert_non_null(strstr(talk(input), len < NP_LINE_MAX ? "not a command" :
							 "error a line of more than 255 bytes\n"));
	}
}

static void knows_the_whole_manifest(void **state)
{
	const struct workload *w;
	char input[128];

	(void)state;
	for (uint32_t i = 0; (w = workload_at(i)); i++) {
		snprintf(input, sizeof(input), "run %s 0\n", w->name);
		assert_non_null(strstr(talk(input), "not a number of iterations"));
	}
}

static uint64_t run(struct l1 *l1, const char *workload, uint64_t iterations)
{
	uint64_t ticks = 0;

	if (l1_run(l1, workload, iterations, &ticks))
		assert_string_equal(fail_text(), "");
	return ticks;
}

/* vmcall is not among them: a KVM that emulates the guest may never get past it. */
static void runs_on_this_hosts_kvm(void **state)
{
	static const char *const names[] = { "cpuid", "pio" };
	const struct l1_config config = { .runner = runner, .ready_timeout_s = 10,
					  .run_timeout_s = 30 };
	struct l1 *l1;

	(void)state;
	if (access("/dev/kvm", R_OK | W_OK) < 0)
		skip();
	assert_int_equal(l1_start_single(&l1, &config), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		uint64_t few = run(l1, names[i], 1), many = run(l1, names[i], 1000);

		assert_true(few > 0);
		assert_true(many > few);
	}
	l1_stop(l1);
}

/* Each on a CPU of its own; and again, with what the first run left. */
static void runs_two_vcpus(void **state)
{
	const struct l1_config config = { .runner = runner, .ready_timeout_s = 10,
					  .run_timeout_s = 60 };
	cpu_set_t ours;
	struct l1 *l1;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(ours), &ours), 0);
	if (access("/dev/kvm", R_OK | W_OK) < 0 || CPU_COUNT(&ours) < 2)
		skip();
	assert_int_equal(l1_start_single(&l1, &config), 0);
	for (int i = 0; i < 3; i++)
		assert_true(run(l1, "ipi", 10) > 0);
	assert_true(run(l1, "cpuid", 10) > 0);
	l1_stop(l1);
}

static void one_cpu_is_not_enough(void **state)
{
	struct l1_config config = { .runner = runner, .ready_timeout_s = 10,
				    .run_timeout_s = 30, .pinned = true };
	uint64_t ticks;
	struct l1 *l1;

	(void)state;
	if (access("/dev/kvm", R_OK | W_OK) < 0)
		skip();
	config.cpu = sched_getcpu();
	assert_int_equal(l1_start_single(&l1, &config), 0);
	assert_int_equal(l1_run(l1, "ipi", 10, &ticks), -EREMOTEIO);
	assert_non_null(strstr(fail_text(), "ipi needs two CPUs, and has one"));
	fail_clear();
	assert_true(run(l1, "cpuid", 10) > 0);
	l1_stop(l1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_which_kernel_it_runs_on),
		cmocka_unit_test(refuses_with_one_line_each),
		cmocka_unit_test(overlong_lines_are_dropped_whole),
		cmocka_unit_test(knows_the_whole_manifest),
		cmocka_unit_test(runs_on_this_hosts_kvm),
		cmocka_unit_test(runs_two_vcpus),
		cmocka_unit_test(one_cpu_is_not_enough),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, find_runner, NULL);
}
