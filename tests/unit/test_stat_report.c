// SPDX-License-Identifier: GPL-2.0-only
/* What stat prints, and what it does when that cannot be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef fail /* ours is another */
#include "analysis/stat_metrics.h"
#include "collector/base/fail.h"
#include "collector/session.h"
#include "collector/stat/privileges.h"
#include "collector/stat/report.h"
#include "collector/stat/wait.h"
#include "tests/unit/fake_host.h"

enum { CPUID = 10, VMREAD = 23 };

static struct np_account account;
static struct stat_lines lines;
static const struct np_trip_hists no_trips;
static char *out_text, *notes_text;
static size_t out_size, notes_size;
static struct stat_report report;

static const struct stat_tracing no_tracing = { .err = -EPERM };

static void add_vm(pid_t tgid, const char *name)
{
	struct stat_whose whose = { .tgid = tgid, .vcpu = NP_ANY_VCPU };

	snprintf(whose.vm, sizeof(whose.vm), "%s", name);
	assert_int_equal(stat_lines_add(&whose, &account, &no_trips, &lines), 0);
}

static int setup(void **state)
{
	(void)state;
	fail_clear();
	memset(&account, 0, sizeof(account));
	account.isa = NP_ISA_VMX;
	account.entries = 1500;
	account.l2[CPUID].exits = account.l2[CPUID].to_l1 = account.l2[CPUID].resumed = 1500;
	account.l2[CPUID].caused[VMREAD] = 3000;
	account.totals.exits = 4500;
	add_vm(4711, "a \"web\", or so");
	stat_lines_finish(&lines, 1.0, 0, stat_metric_find("share"));
	report = (struct stat_report){ .by = STAT_BY_VM,
				       .out = open_memstream(&out_text, &out_size),
				       .notes = open_memstream(&notes_text, &notes_size) };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fclose(report.out);
	fclose(report.notes);
	free(out_text);
	free(notes_text);
	stat_lines_free(&lines);
	return 0;
}

static void has(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		print_error("\"%s\" is not in: %s\n", wanted, text);
	assert_non_null(strstr(text, wanted));
}

static void text(void **state)
{
	(void)state;
	report.format = STAT_TEXT;
	assert_int_equal(report_interval(&report, 2.0, &lines, 0), 0);
	assert_int_equal(report_end(&report, 3.0, 1234, &no_tracing), 0);
	has(out_text, "2.000 s to 3.000 s\n");
	has(out_text, "a \"web\", or so");
	has(out_text, "1,500");
	has(out_text, "CPUID");
	has(out_text, "\nlost events: 1,234; tracing cost: not measured (");
	assert_true(out_text[out_size - 1] == '\n');
}

static void nobody_exited(void **state)
{
	struct stat_lines none = { .seconds = 1 };

	(void)state;
	assert_int_equal(report_interval(&report, 0, &none, 0), 0);
	assert_string_equal(out_text, "0.000 s to 1.000 s: no VM exited\n");
}

static void csv(void **state)
{
	const char *line;

	(void)state;
	report.format = STAT_CSV;
	assert_int_equal(report_interval(&report, 0, &lines, 0), 0);
	assert_int_equal(report_interval(&report, 1, &lines, 0), 0);
	assert_int_equal(report_end(&report, 2, 0, &no_tracing), 0);
	assert_memory_equal(out_text, "interval,start,seconds,vm,pid,vcpu,kind,reason,", 47);
	has(out_text, "\n1,0,1,\"a \"\"web\"\", or so\",4711,,L2,CPUID,1500,");
	line = strstr(out_text, "\n2,1,1,");
	assert_non_null(line);
	assert_null(strstr(out_text + 1, "\ninterval")); /* one header */
	fflush(report.notes);
	has(notes_text, "lost events: 0;");
	assert_null(strstr(out_text, "lost events"));
}

static json_t *next_object(char **at)
{
	char *end = strchr(*at, '\n');
	json_t *o;

	assert_non_null(end); /* one object per line */
	o = json_loadb(*at, end - *at, 0, NULL);
	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "schema")), STAT_SCHEMA);
	*at = end + 1;
	return o;
}

static void json(void **state)
{
	const struct stat_tracing measured = { .measured = true, .runs = 5, .ns_per_run = 40 };
	char *at;
	json_t *o;

	(void)state;
	report.format = STAT_JSON;
	assert_int_equal(report_interval(&report, 0, &lines, 3), 0);
	assert_int_equal(report_end(&report, 1, 3, &measured), 0);
	at = out_text;
	o = next_object(&at);
	assert_string_equal(json_string_value(json_object_get(o, "type")), "interval");
	assert_int_equal(json_integer_value(json_object_get(o, "lost")), 3);
	assert_int_equal(json_array_size(json_object_get(o, "exits")), 1);
	assert_int_equal(json_array_size(json_object_get(o, "causes")), 1);
	assert_int_equal(json_array_size(json_object_get(o, "groups")), 1);
	json_decref(o);
	o = next_object(&at);
	assert_string_equal(json_string_value(json_object_get(o, "type")), "end");
	assert_true(json_is_true(
		json_object_get(json_object_get(o, "tracing"), "measured")));
	json_decref(o);
	assert_int_equal(*at, '\0');
}

static void full_disk(void **state)
{
	FILE *kept = report.out, *full = fopen("/dev/full", "w");

	(void)state;
	if (!full)
		skip();
	for (int format = STAT_TEXT; format <= STAT_CSV; format++) {
		report.out = full;
		report.format = format;
		assert_int_equal(report_interval(&report, 0, &lines, 0), -ENOSPC);
		assert_int_equal(fail_code(), NP_EXIT_NO_SPACE);
		fail_clear();
		clearerr(full);
	}
	report.out = kept;
	fclose(full);
}

static void reader_that_left(void **state)
{
	FILE *kept = report.out;
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	report.out = fdopen(fds[1], "w");
	report.format = STAT_JSON;
	assert_int_equal(report_interval(&report, 0, &lines, 0), -EPIPE);
	assert_null(fail_text());
	fclose(report.out);
	report.out = kept;
}

static void cost_is_scaled_up(void **state)
{
	struct cost c = { .fd = -1, .on = 0.5 };
	const struct session_runs runs = { 1000, 40000 }, none = { 0 };
	struct stat_tracing t;

	(void)state;
	cost_tell(&c, &runs, 5.0, &t);
	assert_true(t.measured && t.ns_per_run == 40);
	assert_true(t.cpu_seconds > 0.00039999 && t.cpu_seconds < 0.00040001);
	assert_true(t.cpu_percent > 0.0079999 && t.cpu_percent < 0.0080001);
	cost_tell(&c, &none, 5.0, &t);
	assert_false(t.measured);
	assert_int_equal(t.err, 0);
	c.err = -EPERM;
	cost_tell(&c, &runs, 5.0, &t);
	assert_false(t.measured);
	assert_int_equal(t.err, -EPERM);
}

static void privileges(void **state)
{
	static const struct {
		const char *caps, *missing; /* NULL: none is */
	} known[] = {
		{ "0000000000200000", NULL },		 /* CAP_SYS_ADMIN */
		{ "000000c000000000", NULL },		 /* both */
		{ "0000008000000000", "CAP_PERFMON is" },
		{ "0000004000000000", "CAP_BPF is" },
		{ "0000000000000000", "both are" },
	};

	(void)state;
	fake_host_new();
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		fake_file("/proc/self/status", "Name:\tx\nCapEff:\t%s\n", known[i].caps);
		assert_int_equal(privileges_check(), known[i].missing ? -EPERM : 0);
		if (known[i].missing) {
			assert_int_equal(fail_code(), NP_EXIT_PRIVILEGE);
			has(fail_text(), known[i].missing);
		}
		fail_clear();
	}
	fake_host_free();
}

static void what_ends_a_wait(void **state)
{
	char *const quick[] = { "true", NULL }, *const nothing[] = { "no/such/program", NULL };
	char *const slow[] = { "sleep", "60", NULL };
	struct waiting w = WAITING_NONE, other = WAITING_NONE;
	double start = wait_now();
	int err;

	(void)state;
	assert_int_equal(wait_until(&w, start + 0.02), END_NOT_YET);
	assert_true(wait_now() >= start + 0.02);
	assert_int_equal(wait_for_command(&w, nothing), -ENOENT);
	assert_int_equal(fail_code(), NP_EXIT_MISSING);
	fail_clear();
	err = wait_for_command(&w, quick);
	if (err == -ENOSYS) { /* valgrind has no pidfd_open() */
		wait_close(&w);
		skip();
	}
	assert_int_equal(err, 0);
	assert_int_equal(wait_until(&w, wait_now() + 60), END_COMMAND);
	wait_close(&w);
	assert_int_equal(wait_for_command(&w, slow), 0);
	assert_int_equal(wait_for_vm(&other, w.proc.pid), 0);
	assert_int_equal(wait_until(&other, wait_now() + 0.01), END_NOT_YET);
	wait_close(&w); /* ends it */
	assert_int_equal(wait_until(&other, wait_now() + 60), END_VM);
	wait_close(&other);
	assert_true(wait_now() < start + 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text),
		TEST(nobody_exited),
		TEST(csv),
		TEST(json),
		TEST(full_disk),
		TEST(reader_that_left),
		TEST(cost_is_scaled_up),
		TEST(privileges),
		TEST(what_ends_a_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
