// SPDX-License-Identifier: GPL-2.0-only
/* docs/exit-codes.md has the rows of NP_EXIT_CODES: these, and no others. Run at the top. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* ours is another */

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"

#define ROW(name, code, text) "| " #code " | " #name " | " text " |\n"

static void test_document_agrees(void **state)
{
	static const char rows[] =
#define X(name, code, text) ROW(name, code, text)
		NP_EXIT_CODES(X)
#undef X
			;
	char *text, *table;

	(void)state;
	assert_int_equal(fs_read("docs/exit-codes.md", &text, NULL), 0);
	table = strstr(text, "|---|---|---|\n");
	assert_non_null(table);
	assert_string_equal(strchr(table, '\n') + 1, rows);
	free(text);
}

static void test_codes_differ(void **state)
{
	static const int codes[] = {
#define X(name, code, text) code,
		NP_EXIT_CODES(X)
#undef X
	};
	const size_t n = sizeof(codes) / sizeof(codes[0]);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			assert_int_not_equal(codes[i], codes[j]);
}

static void test_first_record_wins(void **state)
{
	(void)state;
	fail_clear();
	assert_null(fail_text());
	assert_int_equal(fail(NP_EXIT_BUSY, -16, "first %d", 1), -16);
	assert_int_equal(fail(NP_EXIT_L1, -5, "second"), -5);
	assert_string_equal(fail_text(), "first 1");
	assert_int_equal(fail_code(), NP_EXIT_BUSY);
	fail_clear();
	assert_null(fail_text());
	assert_int_equal(fail_code(), NP_EXIT_OK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document_agrees),
		cmocka_unit_test(test_codes_differ),
		cmocka_unit_test(test_first_record_wins),
	};

	return cmocka_run_group_tests_name("exit_codes", tests, NULL, NULL);
}
