// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_fields SEED N: N random sequences, one a line, for fields.sh.
 * check_fields SEED N DIR RESULT: what that left in DIR, and a result with KVM as L1.
 * check_fields RESULT: such a result alone.
 * Fields are told exactly, count for count; every site that was told of KVM is that
 * access in its module. Nothing is rounded.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/result_json.h"
#include "collector/base/fsutil.h"
#include "tests/lab/check_fields.h"
#include "tests/lab/micro_sequence.h"

static const char *dir, *linux_result;
static uint32_t seed, nr_sequences;

struct np_result *check_fields_load(const char *pattern)
{
	struct np_result *r = NULL;
	char why[200] = "unreadable", *text = NULL;
	glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found) || fs_read(found.gl_pathv[0], &text, NULL) ||
	    np_result_from_json(text, &r, why, sizeof(why)))
		fail_msg("%s: %s", pattern, why);
	free(text);
	globfree(&found);
	return r;
}

void check_fields_totals(const struct np_workload_result *w)
{
	assert_true(w->has_fields);
	assert_int_equal(w->lost, 0);
	assert_int_equal(np_fields_unknown(&w->fields), 0);
	for (int write = 0; write < 2; write++)
		assert_int_equal(np_fields_total(&w->fields, write),
				 np_account_accesses(&w->account, write));
}

static void micro_is_told_exactly(void **state)
{
	(void)state;
	check_fields_micro(dir, seed, nr_sequences);
}

static void code_that_changes_is_told(void **state)
{
	(void)state;
	check_fields_changing(dir, seed, nr_sequences);
}

static void kvm_is_told_rightly(void **state)
{
	(void)state;
	check_fields_linux(linux_result);
}

static void print_sequences(void)
{
	for (uint32_t i = 0; i < nr_sequences; i++) {
		struct micro_sequence s;

		micro_sequence_random(&s, seed, i);
		puts(s.text);
	}
}

static const struct CMUnitTest on_micro[] = {
	cmocka_unit_test(micro_is_told_exactly),
	cmocka_unit_test(code_that_changes_is_told),
};

static const struct CMUnitTest on_kvm[] = {
	cmocka_unit_test(kvm_is_told_rightly),
};

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 2 || argc == 4 || argc > 5) {
		fprintf(stderr, "usage: check_fields SEED N [DIR RESULT]; check_fields RESULT\n");
		return 2;
	}
	linux_result = argv[argc - 1];
	if (argc > 2) {
		seed = strtoul(argv[1], NULL, 10);
		nr_sequences = strtoul(argv[2], NULL, 10);
	}
	if (argc == 3) {
		print_sequences();
		return 0;
	}
	dir = argc == 5 ? argv[3] : NULL;
	if (dir)
		failed = cmocka_run_group_tests(on_micro, NULL, NULL);
	return failed + cmocka_run_group_tests(on_kvm, NULL, NULL);
}
