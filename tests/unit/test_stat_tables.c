// SPDX-License-Identifier: GPL-2.0-only
/* Lines and tables of an interval: from events to what is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/stat_metrics.h"
#include "analysis/stat_tables.h"
#include "bpf/nested_fsm.h"
#include "tests/unit/fsm_pools.h"

enum { CPUID = 10, HLT = 12, VMCLEAR = 19, VMREAD = 23, VMRESUME = 24, VMWRITE = 25, VMON = 27,
       IO = 30, MSR_READ = 31, EPT_VIOLATION = 48 };

static struct np_vcpu vcpu;
static struct np_account account;
static const struct np_trip_hists no_trips;
static struct stat_lines lines;
static struct stat_table table;

static int fresh(void **state)
{
	(void)state;
	fresh_pools(1, TEST_ROWS);
	fresh_vcpu(&vcpu, 0);
	memset(&account, 0, sizeof(account));
	return 0;
}

static int done(void **state)
{
	(void)state;
	stat_lines_free(&lines);
	stat_table_free(&table);
	return 0;
}

/* L2 exits, L1 makes these exits of its own, and enters L2 again. */
static void given_to_l1(uint32_t reason, const uint32_t *l1, uint32_t n)
{
	np_fsm_exit(&pools, &vcpu, reason, NP_LEVEL_L2, false);
	np_fsm_nested_vmexit(&vcpu);
	np_fsm_inject(&pools, &vcpu, reason, false);
	while (n--)
		np_fsm_exit(&pools, &vcpu, *l1++, NP_LEVEL_L1, false);
	np_fsm_vmenter(&pools, &vcpu, false);
}

static void kept_by_l0(uint32_t reason)
{
	np_fsm_exit(&pools, &vcpu, reason, NP_LEVEL_L2, false);
	np_fsm_nested_vmexit(&vcpu);
}

/* 2 CPUIDs, an EPT violation that L0 keeps, a VMREAD of L2, VMXON before all. */
static void some_events(void)
{
	static const uint32_t cpuid[] = { VMREAD, VMREAD, VMWRITE, MSR_READ, VMRESUME };
	static const uint32_t vmread[] = { VMCLEAR, VMRESUME };

	np_fsm_exit(&pools, &vcpu, VMON, NP_LEVEL_L1, false);
	np_fsm_exit(&pools, &vcpu, VMRESUME, NP_LEVEL_L1, false);
	np_fsm_vmenter(&pools, &vcpu, false);
	given_to_l1(CPUID, cpuid, 5);
	given_to_l1(CPUID, cpuid, 5);
	kept_by_l0(EPT_VIOLATION);
	given_to_l1(VMREAD, vmread, 2);
}

static void finish(const struct stat_whose *whose, double min_share, const char *sort)
{
	np_account_add_vcpu(&account, &vcpu, &pools);
	assert_int_equal(stat_lines_add(whose, &account, &no_trips, &lines), 0);
	assert_int_equal(stat_lines_finish(&lines, 2.0, min_share, stat_metric_find(sort)), 0);
}

static const struct stat_whose everybody = { .vcpu = NP_ANY_VCPU };

static const struct stat_line *find(enum stat_kind kind, uint32_t reason)
{
	for (uint32_t i = 0; i < lines.nr_lines; i++)
		if (lines.line[i].kind == kind && lines.line[i].reason == reason)
			return &lines.line[i];
	fail_msg("no line of kind %d and reason %u", kind, reason);
	return NULL;
}

static double value(const struct stat_line *l, const char *key)
{
	const struct stat_metric *m = stat_metric_find(key);

	assert_non_null(m);
	return m->value(l, m->arg);
}

static void every_exit_is_on_one_line(void **state)
{
	uint64_t all = 0;
	double share = 0;

	(void)state;
	some_events();
	finish(&everybody, 0, "share");
	for (uint32_t i = 0; i < lines.nr_lines; i++) {
		all += stat_line_l0_exits(&lines.line[i]);
		share += value(&lines.line[i], "share");
	}
	assert_int_equal(all, 2 + 2 * 6 + 1 + 3);
	assert_true(fabs(share - 100) < 1e-9);
	assert_int_equal(lines.nr_groups, 1);
	assert_int_equal(lines.group[0].l0_exits, all);
	assert_int_equal(lines.group[0].l2_exits, 4);
	assert_int_equal(lines.group[0].entries, 4);
	assert_int_equal(lines.group[0].unfinished, 0);
}

/* It belongs to no line yet, and to no sum of lines. */
static void what_is_in_progress_is_apart(void **state)
{
	(void)state;
	np_fsm_vmenter(&pools, &vcpu, false);
	np_fsm_exit(&pools, &vcpu, CPUID, NP_LEVEL_L2, false);
	np_fsm_inject(&pools, &vcpu, CPUID, false);
	np_fsm_exit(&pools, &vcpu, VMREAD, NP_LEVEL_L1, false);
	finish(&everybody, 0, "share");
	assert_int_equal(lines.group[0].l0_exits, 1);
	assert_int_equal(lines.group[0].unfinished, 1);
	assert_true(value(find(STAT_L2, CPUID), "caused") == 0);
}

static void metrics_of_an_exit_given_to_l1(void **state)
{
	const struct stat_line *l;

	(void)state;
	some_events();
	finish(&everybody, 0, "share");
	l = find(STAT_L2, CPUID);
	assert_true(value(l, "exits") == 2);
	assert_true(value(l, "rate") == 1); /* in two seconds */
	assert_true(value(l, "to_l1") == 2 && value(l, "l0_only") == 0);
	assert_true(value(l, "caused") == 10 && value(l, "per_exit") == 5);
	assert_true(value(l, "per_exit_vmread") == 2);
	assert_true(value(l, "per_exit_vmwrite") == 1);
	assert_true(value(l, "per_exit_vmentry") == 1);
	assert_true(value(l, "per_exit_rest") == 1);
	l = find(STAT_L2, EPT_VIOLATION);
	assert_true(value(l, "l0_only") == 1 && value(l, "per_exit") == 0);
}

/* What the parts of a ratio add up to is the whole, whatever the reasons. */
static void parts_add_up(void **state)
{
	static const char *const parts[] = { "per_exit_vmread",	 "per_exit_vmwrite",
					     "per_exit_vmentry", "per_exit_vmptrld",
					     "per_exit_vmclear", "per_exit_invept",
					     "per_exit_invvpid", "per_exit_rest" };
	enum { SOME = 16 };
	uint32_t all[SOME];

	(void)state;
	np_fsm_vmenter(&pools, &vcpu, false);
	for (uint32_t from = 0; from < NP_REASONS; from += SOME) {
		for (uint32_t i = 0; i < SOME; i++)
			all[i] = (from + i) % NP_REASONS;
		given_to_l1(HLT, all, SOME);
	}
	finish(&everybody, 0, "share");
	for (uint32_t i = 0; i < lines.nr_lines; i++) {
		double sum = 0;

		if (lines.line[i].kind != STAT_L2)
			continue;
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
			sum += value(&lines.line[i], parts[k]);
		assert_true(fabs(sum - value(&lines.line[i], "per_exit")) < 1e-9);
	}
}

static void third_level_and_l1_alone_have_their_own(void **state)
{
	const struct stat_line *l;

	(void)state;
	some_events();
	finish(&everybody, 0, "share");
	l = find(STAT_THIRD, VMREAD);
	assert_true(value(l, "exits") == 1 && value(l, "per_exit_vmclear") == 1);
	l = find(STAT_L1, VMON);
	assert_true(value(l, "exits") == 1 && isnan(value(l, "per_exit")));
	assert_true(isnan(value(l, "to_l1")) && isnan(value(l, "caused")));
	find(STAT_L1, VMRESUME);
}

/* L0 gives L1 an exit that the hardware never made: ratios are per such exit. */
static void synthetic_exits(void **state)
{
	const struct stat_line *l;

	(void)state;
	np_fsm_vmenter(&pools, &vcpu, false);
	np_fsm_inject(&pools, &vcpu, HLT, false);
	np_fsm_exit(&pools, &vcpu, VMREAD, NP_LEVEL_L1, false);
	np_fsm_vmenter(&pools, &vcpu, false);
	finish(&everybody, 0, "share");
	l = find(STAT_L2, HLT);
	assert_true(value(l, "exits") == 0 && value(l, "synthetic") == 1);
	assert_true(value(l, "per_exit_vmread") == 1);
}

static void small_lines_become_one(void **state)
{
	uint64_t all = 0;

	(void)state;
	some_events();
	finish(&everybody, 20, "exits");
	assert_int_equal(lines.nr_lines, 2);
	assert_int_equal(lines.line[0].reason, CPUID);
	assert_int_equal(lines.line[1].kind, STAT_OTHERS);
	for (uint32_t i = 0; i < 2; i++)
		all += stat_line_l0_exits(&lines.line[i]);
	assert_int_equal(all, 18);
	assert_true(isnan(value(&lines.line[1], "per_exit")));
}

static void sorted_by_any_metric(void **state)
{
	(void)state;
	for (uint32_t k = 0; k < stat_nr_metrics; k++) {
		const struct stat_metric *m = &stat_metrics[k];

		fresh(state);
		some_events();
		finish(&everybody, 0, m->column.key);
		assert_int_equal(lines.nr_lines, 5);
		for (uint32_t i = 1; m->value && i < lines.nr_lines; i++) {
			double a = m->value(&lines.line[i - 1], m->arg);
			double b = m->value(&lines.line[i], m->arg);

			assert_true(isnan(b) || a >= b);
		}
		if (!m->value) /* by name */
			assert_int_equal(lines.line[0].reason, CPUID);
		done(state);
	}
	assert_null(stat_metric_find("frobnicate"));
}

static void vms_keep_together(void **state)
{
	static const struct stat_whose a = { 5, NP_ANY_VCPU, "a" }, b = { 6, NP_ANY_VCPU, "b" };

	(void)state;
	some_events();
	np_account_add_vcpu(&account, &vcpu, &pools);
	assert_int_equal(stat_lines_add(&b, &account, &no_trips, &lines), 0);
	assert_int_equal(stat_lines_add(&a, &account, &no_trips, &lines), 0);
	stat_lines_finish(&lines, 1, 20, stat_metric_find("share"));
	assert_int_equal(lines.nr_lines, 4);
	assert_string_equal(lines.line[0].whose.vm, "a");
	assert_string_equal(lines.line[1].whose.vm, "a");
	assert_int_equal(lines.line[1].kind, STAT_OTHERS);
	assert_string_equal(lines.line[2].whose.vm, "b");
	assert_int_equal(lines.line[3].kind, STAT_OTHERS);
}

static bool has_column(const char *key)
{
	for (uint32_t i = 0; i < table.nr_columns; i++)
		if (!strcmp(table.columns[i].key, key))
			return true;
	return false;
}

static void text_shows_what_there_is(void **state)
{
	(void)state;
	some_events();
	finish(&everybody, 0, "share");
	assert_int_equal(stat_table_lines(&table, &lines, STAT_BY_REASON, STAT_FORM_TEXT, NULL), 0);
	assert_false(has_column("vm") || has_column("pid") || has_column("vcpu"));
	assert_true(has_column("per_exit_vmclear"));
	assert_false(has_column("per_exit_vmptrld") || has_column("synthetic"));
	assert_false(has_column("caused"));
	stat_table_free(&table);
	assert_int_equal(stat_table_lines(&table, &lines, STAT_BY_VM, STAT_FORM_TEXT, NULL), 0);
	assert_true(has_column("vm") && has_column("pid") && !has_column("vcpu"));
}

/* The same table, with SVM's instructions where VMX's are otherwise. */
static void text_of_an_amd_host(void **state)
{
	const uint32_t cpuid = np_exit_reason_find(NP_ISA_SVM, "cpuid");
	const uint32_t l1[] = { NP_SVM_VMLOAD, NP_SVM_STGI, cpuid, NP_SVM_VMLOAD, NP_SVM_VMRUN };
	const struct stat_line *line;

	(void)state;
	vcpu.isa = NP_ISA_SVM;
	np_fsm_exit(&pools, &vcpu, NP_SVM_VMRUN, NP_LEVEL_L1, false);
	np_fsm_vmenter(&pools, &vcpu, false);
	given_to_l1(cpuid, l1, 5);
	given_to_l1(NP_SVM_VMLOAD, l1, 5);
	finish(&everybody, 0, "share");
	assert_int_equal(stat_table_lines(&table, &lines, STAT_BY_REASON, STAT_FORM_TEXT, NULL), 0);
	assert_true(has_column("per_exit_vmload") && has_column("per_exit_stgi"));
	assert_false(has_column("per_exit_vmread") || has_column("per_exit_vmwrite"));
	line = find(STAT_L2, cpuid);
	assert_true(value(line, "per_exit") == 5 && value(line, "per_exit_vmload") == 2);
	assert_true(value(line, "per_exit_vmentry") == 1 && value(line, "per_exit_rest") == 1);
	assert_true(value(find(STAT_THIRD, NP_SVM_VMLOAD), "exits") == 1);
}

static void data_has_every_column_always(void **state)
{
	const struct stat_when when = { 3, 2.0, 1.0 };
	struct stat_lines none = { 0 };

	(void)state;
	assert_int_equal(stat_table_lines(&table, &none, STAT_BY_REASON, STAT_FORM_DATA, &when), 0);
	assert_true(has_column("interval") && has_column("vm") && has_column("vcpu"));
	assert_true(has_column("failed_entries"));
	assert_int_equal(table.nr_columns, 3 + 3 + 1 + stat_nr_metrics + 1);
	assert_true(table.nr_columns < STAT_MAX_COLUMNS);
}

static json_t *row(json_t *rows, const char *key, const char *wanted)
{
	json_t *o;
	size_t i;

	json_array_foreach(rows, i, o) {
		const char *text = json_string_value(json_object_get(o, key));

		if (text && !strcmp(text, wanted))
			return o;
	}
	fail_msg("no row with %s %s", key, wanted);
	return NULL;
}

static void json_rows(void **state)
{
	static const struct stat_whose web = { 4711, 1, "web" };
	json_t *rows, *o;

	(void)state;
	some_events();
	finish(&web, 0, "share");
	stat_table_lines(&table, &lines, STAT_BY_VCPU, STAT_FORM_DATA, NULL);
	rows = np_rows_to_json(table.rows);
	o = row(rows, "reason", "CPUID");
	assert_string_equal(json_string_value(json_object_get(o, "vm")), "web");
	assert_int_equal(json_integer_value(json_object_get(o, "pid")), 4711);
	assert_int_equal(json_integer_value(json_object_get(o, "vcpu")), 1);
	assert_int_equal(json_integer_value(json_object_get(o, "exits")), 2);
	o = row(rows, "kind", "L1 alone");
	assert_true(json_is_null(json_object_get(o, "per_exit")));
	assert_true(json_is_null(json_object_get(o, "to_l1")));
	json_decref(rows);
	stat_table_free(&table);
	stat_table_causes(&table, &lines);
	rows = np_rows_to_json(table.rows);
	o = row(rows, "cause", "MSR_READ");
	assert_string_equal(json_string_value(json_object_get(o, "reason")), "CPUID");
	assert_int_equal(json_integer_value(json_object_get(o, "exits")), 2);
	json_decref(rows);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_exit_is_on_one_line),
		TEST(what_is_in_progress_is_apart),
		TEST(metrics_of_an_exit_given_to_l1),
		TEST(parts_add_up),
		TEST(third_level_and_l1_alone_have_their_own),
		TEST(synthetic_exits),
		TEST(small_lines_become_one),
		TEST(sorted_by_any_metric),
		TEST(vms_keep_together),
		TEST(text_shows_what_there_is),
		TEST(text_of_an_amd_host),
		TEST(data_has_every_column_always),
		TEST(json_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
