// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/rows.h"

static const struct np_column columns[] = {
	{ "name", "name", "", 0 },
	{ "count", "exits", "", 0 },
	{ "time", "round trip", "ticks", 1 },
};

static struct np_rows *table(void)
{
	struct np_rows *t = np_rows_new(columns, 3);

	assert_non_null(t);
	return t;
}

static struct np_rows *two_rows(void)
{
	struct np_rows *t = table();

	assert_int_equal(np_rows_add(t), 0);
	assert_int_equal(np_rows_text(t, "name", "a \"b\", c"), 0);
	assert_int_equal(np_rows_count(t, "count", 18446744073709551615u), 0);
	assert_int_equal(np_rows_number(t, "time", 24110.25), 0);
	assert_int_equal(np_rows_add(t), 0);
	assert_int_equal(np_rows_text(t, "name", "two\nlines"), 0);
	assert_int_equal(np_rows_number(t, "time", NAN), 0);
	return t;
}

static char *printed(const struct np_rows *t, int (*print)(const struct np_rows *t, FILE *out))
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(print(t, f), 0);
	fclose(f);
	return text;
}

static void test_csv(void **state)
{
	struct np_rows *t = two_rows();
	char *text = printed(t, np_rows_print_csv);

	(void)state;
	assert_string_equal(text, "name,count,time\n"
				  "\"a \"\"b\"\", c\",18446744073709551615,24110.25\n"
				  "\"two\nlines\",,\n");
	free(text);
	np_rows_free(t);
}

static void test_json(void **state)
{
	struct np_rows *t = table();
	json_t *j, *want;

	(void)state;
	np_rows_add(t);
	np_rows_text(t, "name", "x");
	np_rows_count(t, "count", 7);
	np_rows_number(t, "time", NAN);
	j = np_rows_to_json(t);
	want = json_pack("[{s:s, s:i, s:n}]", "name", "x", "count", 7, "time");
	assert_true(json_equal(j, want));
	json_decref(j);
	json_decref(want);
	np_rows_free(t);
}

static void test_text(void **state)
{
	struct np_rows *t = table();
	char *text;

	(void)state;
	np_rows_add(t);
	np_rows_text(t, "name", "cpuid");
	np_rows_count(t, "count", 1234567);
	np_rows_number(t, "time", 24110.25);
	np_rows_add(t);
	np_rows_text(t, "name", "pio");
	text = printed(t, np_rows_print_text);
	assert_string_equal(text, "name      exits round trip, ticks\n"
				  "cpuid 1,234,567          24,110.2\n"
				  "pio           -                 -\n");
	free(text);
	np_rows_free(t);
}

/* A VM's name: on a terminal there is nothing in it that the terminal would act on. */
static void test_any_name(void **state)
{
	struct np_rows *t = table();
	char *text;

	(void)state;
	np_rows_add(t);
	np_rows_text(t, "name", "gr\xc3\xbcn \x1b[2J\x9b\x07\xff");
	text = printed(t, np_rows_print_text);
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
	assert_non_null(strstr(text, "gr"));
	free(text);
	text = printed(t, np_rows_print_csv);
	assert_non_null(strstr(text, "gr\xc3\xbcn"));
	free(text);
	np_rows_free(t);
}

static void test_empty_table(void **state)
{
	struct np_rows *t = table();
	char *text = printed(t, np_rows_print_csv);
	json_t *j = np_rows_to_json(t);

	(void)state;
	assert_string_equal(text, "name,count,time\n");
	assert_int_equal(json_array_size(j), 0);
	free(text);
	text = printed(t, np_rows_print_text);
	free(text);
	json_decref(j);
	np_rows_free(t);
}

static void test_wrong_use(void **state)
{
	struct np_rows *t = table();

	(void)state;
	assert_int_equal(np_rows_count(t, "count", 1), -ENOENT); /* no row yet */
	np_rows_add(t);
	assert_int_equal(np_rows_count(t, "no such column", 1), -ENOENT);
	assert_int_equal(np_rows_text(t, "count", "first"), 0);
	assert_int_equal(np_rows_count(t, "count", 1), 0); /* replaced, not leaked */
	np_rows_free(t);
	np_rows_free(NULL);
}

static void test_full_disk(void **state)
{
	struct np_rows *t = two_rows();
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(f);
	setvbuf(f, NULL, _IONBF, 0);
	assert_int_equal(np_rows_print_csv(t, f), -EIO);
	fclose(f);
	np_rows_free(t);
}

static void grouped(double value, int decimals, const char *want)
{
	char out[NP_GROUPED];

	assert_string_equal(np_grouped(out, value, decimals), want);
}

static void test_groups_of_digits(void **state)
{
	(void)state;
	grouped(0, 0, "0");
	grouped(999, 0, "999");
	grouped(1000, 0, "1,000");
	grouped(-1234567.891, 2, "-1,234,567.89");
	grouped(-123, 1, "-123.0");
	grouped(1e300, 0, "1e+300");
	grouped(1e48, 0, "1e+48");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv),	       cmocka_unit_test(test_json),
		cmocka_unit_test(test_text),	       cmocka_unit_test(test_any_name),
		cmocka_unit_test(test_empty_table),
		cmocka_unit_test(test_wrong_use),      cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_groups_of_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
