// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "analysis/charts.h"
#include "analysis/stat_metrics.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/proc.h"
#include "collector/plot.h"
#include "tests/unit/sample_result.h"

/* After fail.h: it defines a macro fail(). */
#include <cmocka.h>

#define PLOTS "plots" /* tests run in the source's folder */

static char dir[NP_PATH];

static int setup(void **state)
{
	(void)state;
	fail_clear();
	snprintf(dir, sizeof(dir), "/tmp/nestprof-test-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return fs_remove(dir);
}

static bool there(const char *name)
{
	char path[NP_PATH];

	assert_int_equal(fs_path(path, "%s/%s", dir, name), 0);
	return fs_exists(path);
}

static char *content(const char *name)
{
	char path[NP_PATH], *text = NULL;

	assert_int_equal(fs_path(path, "%s/%s", dir, name), 0);
	assert_int_equal(fs_read(path, &text, NULL), 0);
	return text;
}

static void file_has(const char *name, const char *part)
{
	char *text = content(name);

	if (!strstr(text, part))
		fail_msg("no \"%s\" in %s:\n%s", part, name, text);
	free(text);
}

static void test_data(void **state)
{
	struct np_result *r = sample_result();

	(void)state;
	assert_int_equal(np_charts_write_data(r, dir), 0);
	/* VMREAD, MSR_READ, MSR_WRITE, VMWRITE, VMRESUME, VMPTRLD, VMCLEAR, others, total */
	file_has("exits.dat", "0 off 7.050000 1.010000 0.000000 1.160000 1.000000 0.000000 "
			      "0.000000 0.020000 10.240000\n");
	file_has("exits.dat", "1 on 1.040000 1.010000 0.000000 0.130000 1.000000 0.000000 "
			      "0.000000 0.020000 3.200000\n");
	file_has("exits.dat", "\n\n\n0.5 \"cpuid\"\n");
	file_has("round_trip.dat", "0 \"cpuid\" \"overhead -31 %\" 1030.125000 \"1,030\" "
				   "24110.125000 \"24,110\" 17000.125000 \"17,000\"\n");
	file_has("vars.gp", "nr_workloads = 3\nnr_reasons = 7\nhas_others = 1\n");
	file_has("vars.gp", "reason[1] = 'VMREAD'\n");
	file_has("vars.gp", "log_scale = 0\n");
	file_has("vars.gp", "Kernels: L0 6.1.0-37-cloud-amd64");
	file_has("vars.gp", "emulated by Bochs");
	np_result_free(r);
}

static void test_parts(void **state)
{
	struct np_result *r = sample_empty();

	(void)state;
	assert_int_equal(np_charts_write_data(r, dir), 0);
	assert_false(there("exits.dat"));
	assert_false(there("round_trip.dat"));
	sample_single(r); /* times, but no L2 */
	assert_int_equal(np_charts_write_data(r, dir), 0);
	assert_false(there("exits.dat"));
	file_has("round_trip.dat", "0 \"cpuid\" \"\" 1030.125000 \"1,030\" NaN \"\" NaN \"\"\n");
	np_result_free(r);
}

static void test_log_scale(void **state)
{
	struct np_result *r = sample_result();

	(void)state;
	sample_times(&r->arms[1]->workloads[2]->untraced, 1.5e6, 1);
	assert_int_equal(np_charts_write_data(r, dir), 0);
	file_has("vars.gp", "log_scale = 1\n");
	file_has("vars.gp", "floor_of_bars = 100.0");
	file_has("round_trip.dat", "1500000.000000 \"1.50 M\"");
	np_result_free(r);
}

static void test_no_folder(void **state)
{
	struct np_result *r = sample_result();

	(void)state;
	assert_int_equal(np_charts_write_data(r, "/nonexistent"), -ENOENT);
	assert_int_equal(plot_result_with(r, "/nonexistent", PLOTS), -ENOENT);
	assert_int_equal(fail_code(), NP_EXIT_NO_SPACE);
	assert_non_null(strstr(fail_text(), "/nonexistent"));
	np_result_free(r);
}

static void need_gnuplot(void)
{
	const char *const argv[] = { "gnuplot", "--version", NULL };

	if (proc_run(argv, NULL) != 0)
		skip();
}

/* Nothing but the charts is left, and each is whole. */
static void assert_drawn(void)
{
	static const char *const names[] = { "exits.svg", "exits.png", "round_trip.svg",
					     "round_trip.png" };
	char png[NP_PATH], *data;
	size_t len;

	for (int i = 0; i < 4; i++)
		if (!there(names[i]))
			fail_msg("%s was not drawn", names[i]);
	file_has("exits.svg", "</svg>");
	file_has("round_trip.svg", "24,110");
	assert_int_equal(fs_path(png, "%s/exits.png", dir), 0);
	assert_int_equal(fs_read(png, &data, &len), 0);
	assert_memory_equal(data, "\x89PNG\r\n", 6);
	free(data);
}

static void assert_only_charts(void)
{
	char command[NP_PATH + 64], *said = NULL;
	const char *const argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command), "ls -A %s | grep -vE '^[a-z_]+[.](svg|png)$'", dir);
	assert_int_equal(proc_run(argv, &said), 1);
	assert_string_equal(said, "");
	free(said);
}

static void test_drawn(void **state)
{
	struct np_result *r = sample_result();

	(void)state;
	need_gnuplot();
	if (plot_result_with(r, dir, PLOTS))
		fail_msg("%s", fail_text());
	assert_drawn();
	file_has("exits.svg", "VMREAD");
	file_has("exits.svg", "MSR_WRITE");
	assert_only_charts();
	np_result_free(r);
}

/* Text from elsewhere is shown, not run. */
static void test_hostile_text(void **state)
{
	struct np_result *r = sample_result();

	(void)state;
	need_gnuplot();
	np_result_set_env(r, "cpu_model",
			  "x'; system('touch %s/pwned') `touch %s/pwned` @\" \\", dir, dir);
	np_result_set_env(r, "l0_kernel", "%%s %%n {/*2 a_b^c} # \\");
	snprintf(r->arms[1]->workloads[0]->name, NP_NAME, "%%d\"`id`\\ $(id)");
	if (plot_result_with(r, dir, PLOTS))
		fail_msg("%s", fail_text());
	assert_false(there("pwned"));
	assert_only_charts();
	np_result_free(r);
}

static void test_drawn_of_a_part(void **state)
{
	struct np_result *r = sample_empty();

	(void)state;
	need_gnuplot();
	assert_int_equal(plot_result_with(r, dir, PLOTS), 0);
	assert_false(there("exits.svg"));
	sample_on(r);
	r->arms[0]->workloads[1]->untraced.n = 0;
	r->arms[0]->workloads[2]->has_account = false;
	if (plot_result_with(r, dir, PLOTS))
		fail_msg("%s", fail_text());
	assert_true(there("exits.png") && there("round_trip.png"));
	assert_only_charts();
	np_result_free(r);
}

static void test_no_gnuplot(void **state)
{
	struct np_result *r = sample_result();
	char *path = strdup(getenv("PATH"));
	int err;

	(void)state;
	setenv("PATH", dir, 1);
	err = plot_result_with(r, dir, PLOTS);
	setenv("PATH", path, 1);
	assert_int_equal(err, -ENOENT);
	assert_int_equal(fail_code(), NP_EXIT_MISSING);
	assert_non_null(strstr(fail_text(), "gnuplot"));
	assert_only_charts();
	free(path);
	np_result_free(r);
}

static void test_no_scripts(void **state)
{
	struct np_result *r = sample_result();

	(void)state;
	assert_int_equal(plot_result_with(r, dir, "/nonexistent"), -ENOENT);
	assert_int_equal(fail_code(), NP_EXIT_MISSING);
	assert_only_charts();
	np_result_free(r);
}

/* Files cannot grow beyond a limit here, as on a full disk. */
static void test_full_disk(void **state)
{
	struct np_result *r = sample_result();
	struct rlimit limit, small;
	int err;

	(void)state;
	need_gnuplot();
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = (struct rlimit){ 8192, limit.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	err = plot_result_with(r, dir, PLOTS);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_true(err < 0);
	assert_int_equal(fail_code(), NP_EXIT_NO_SPACE);
	assert_false(there("exits.svg"));
	assert_only_charts();
	np_result_free(r);
}

/* CPUID of two VMs is one bar; what L1 exits for while it handles nothing is none. */
static void test_chart_of_what_was_counted(void **state)
{
	static const struct np_trip_hists no_trips;
	struct np_account *a = calloc(1, sizeof(*a));
	struct np_row *cpuid = &a->l2[sample_reason("CPUID")];
	struct stat_lines lines = { 0 };
	const struct np_stat_chart c = { &lines, "6.1 'x' `id`", "<CPU>" };

	(void)state;
	a->isa = NP_ISA_VMX;
	a->outside[sample_reason("HLT")] = 5;
	cpuid->exits = cpuid->to_l1 = cpuid->resumed = 10;
	cpuid->caused[sample_reason("VMREAD")] = 70;
	cpuid->caused[sample_reason("VMRESUME")] = 10;
	for (pid_t pid = 1; pid <= 2; pid++) {
		struct stat_whose w = { .tgid = pid, .vcpu = NP_ANY_VCPU };

		assert_int_equal(stat_lines_add(&w, a, &no_trips, &lines), 0);
	}
	assert_int_equal(stat_lines_finish(&lines, 1, 0, stat_metric_find("share")), 0);
	assert_int_equal(np_charts_write_stat(&c, dir), 0);
	file_has("l2_reasons.dat", "0 \"CPUID\" 7.000000 0.000000 1.000000 0.000000 8.000000\n");
	assert_int_equal(plot_stat_with(&c, dir, PLOTS), 0);
	file_has("l2_reasons.svg", ">CPUID<");
	file_has("l2_reasons.svg", "CPU: &lt;CPU");
	file_has("l2_reasons.svg", "6.1 'x' `id`<");
	stat_lines_free(&lines);
	free(a);
}

static void time_one(struct np_result *r, uint32_t arm, uint64_t each)
{
	struct np_times *t = &r->arms[arm]->workloads[0]->times;

	t->known = true;
	t->phases.n = 2;
	for (int i = 0; i < NP_PHASES; i++)
		t->phases.ns += t->phases.phase[i] = each;
	t->trips.n[np_hist_bucket(24000)] = 2;
	t->trips.max = 24000;
}

/* Six phases of 3 us each, off; of 2 us, on: two thirds. */
static void test_turtles_data(void **state)
{
	struct np_result *r = sample_result();

	(void)state;
	assert_int_equal(np_charts_write_data(r, dir), 0);
	assert_false(there("phases.dat"));
	assert_false(there("distribution.dat"));
	time_one(r, 1, 6000);
	time_one(r, 2, 4000);
	assert_int_equal(np_charts_write_data(r, dir), 0);
	file_has("phases.dat", "0 off \"cpuid\" 16.666667 16.666667 16.666667 16.666667 "
			       "16.666667 16.666667 18.000000\n");
	file_has("phases.dat", "1 on \"cpuid\" 11.111111 11.111111 11.111111 11.111111 "
			       "11.111111 11.111111 12.000000\n");
	file_has("distribution.dat", "0 off \"cpuid\" 23.807000 ");
	file_has("overhead.dat", "0 \"cpuid\" 2240.504793 1550.297294 2110.909091 976.363636\n");
	file_has("overhead.dat", "\"transactions (SPECjbb)\" NaN NaN 7.800000 6.300000\n");
	/* 1 exit in 24,110.125 ticks */
	file_has("reduction.dat", " 41.476351 30.805893 ");
	file_has("vars.gp", "phase[1] = 'L0: L2''s exit'\n");
	np_result_free(r);
}

static void test_turtles_drawn(void **state)
{
	static const char *const files[] = { "overhead.svg", "reduction.svg", "phases.svg",
					     "distribution.png" };
	struct np_result *r = sample_result();

	(void)state;
	time_one(r, 1, 6000);
	time_one(r, 2, 4000);
	snprintf(r->arms[1]->workloads[0]->name, NP_NAME, "%s", "a\"'`id`<b>");
	snprintf(r->arms[2]->workloads[0]->name, NP_NAME, "%s", "a\"'`id`<b>");
	snprintf(r->arms[0]->workloads[0]->name, NP_NAME, "%s", "a\"'`id`<b>");
	assert_int_equal(plot_result_with(r, dir, PLOTS), 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		assert_true(there(files[i]));
	file_has("phases.svg", "`id`&lt;b");
	file_has("overhead.svg", "Turtles 2010");
	np_result_free(r);
}

/* Neither single level, nor L2: nothing to set against one another. */
static void test_turtles_of_a_part(void **state)
{
	struct np_result *r = sample_empty();

	(void)state;
	sample_off(r);
	assert_int_equal(plot_result_with(r, dir, PLOTS), 0);
	assert_false(there("overhead.svg"));
	assert_false(there("reduction.svg"));
	assert_true(there("exits.svg"));
	np_result_free(r);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_data),	     T(test_parts),	T(test_log_scale),
		T(test_no_folder),   T(test_drawn),	T(test_hostile_text),
		T(test_drawn_of_a_part), T(test_no_gnuplot), T(test_no_scripts),
		T(test_full_disk),  T(test_chart_of_what_was_counted),
		T(test_turtles_data), T(test_turtles_drawn), T(test_turtles_of_a_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
