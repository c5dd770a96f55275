// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/linebuf.h"
#include "collector/list.h"

static int split(const char *text, const char *words[4])
{
	static char copy[64];

	snprintf(copy, sizeof(copy), "%s", text);
	return list_split(copy, words, 4);
}

static void a_list_is_cut_at_commas(void **state)
{
	const char *words[4];

	(void)state;
	assert_int_equal(split("a,bc,d", words), 3);
	assert_string_equal(words[0], "a");
	assert_string_equal(words[1], "bc");
	assert_string_equal(words[2], "d");
}

static void empty_repeated_and_excess_words_are_refused(void **state)
{
	const char *words[4];

	(void)state;
	assert_int_equal(split("", words), -EINVAL);
	assert_int_equal(split("a,,b", words), -EINVAL);
	assert_int_equal(split("a,b,a", words), -EINVAL);
	assert_int_equal(split("a,b,", words), -EINVAL);
	assert_int_equal(split("a,b,c,d,e", words), -E2BIG);
}

static void numbers_are_whole_and_in_range(void **state)
{
	static const char *const bad[] = { "",	  "-1",	 "+3",	" 3", "3 ",
					   "3x",  "0x3", "1e3", "2",  "11",
					   "99999999999999999999999" };
	uint64_t n;

	(void)state;
	assert_int_equal(number_parse("3", 3, 10, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(number_parse("10", 3, 10, &n), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(number_parse(bad[i], 3, 10, &n), -EINVAL);
}

static void count_line(const char *line, void *arg)
{
	(void)line;
	++*(int *)arg;
}

static void lines_are_put_together_from_pieces(void **state)
{
	struct linebuf b = { .len = 0 };
	char tail[200];
	int lines = 0;

	(void)state;
	linebuf_feed(&b, "on", 2, count_line, &lines);
	assert_int_equal(lines, 0);
	linebuf_feed(&b, "e\r\n\ntwo\nthr", 11, count_line, &lines);
	assert_int_equal(lines, 2); /* an empty line is none */
	assert_string_equal(linebuf_last(&b), "two");
	linebuf_tail(&b, tail, sizeof(tail));
	assert_string_equal(tail, "one | two");
}

static void a_tail_is_the_last_lines_and_fits(void **state)
{
	struct linebuf b = { .len = 0 };
	char tail[12], line[16];

	(void)state;
	for (int i = 0; i < 20; i++)
		linebuf_feed(&b, line, snprintf(line, sizeof(line), "line %d\n", i), NULL, NULL);
	linebuf_tail(&b, tail, sizeof(tail));
	assert_string_equal(tail, "line 12 | l");
}

static void an_endless_line_is_cut_and_nul_bytes_are_dropped(void **state)
{
	struct linebuf b = { .len = 0 };

	(void)state;
	for (int i = 0; i < 5 * LINEBUF_LINE; i++)
		linebuf_feed(&b, "x\0", 2, NULL, NULL);
	linebuf_feed(&b, "\n", 1, NULL, NULL);
	assert_int_equal(strlen(linebuf_last(&b)), LINEBUF_LINE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_cut_at_commas),
		cmocka_unit_test(empty_repeated_and_excess_words_are_refused),
		cmocka_unit_test(numbers_are_whole_and_in_range),
		cmocka_unit_test(lines_are_put_together_from_pieces),
		cmocka_unit_test(a_tail_is_the_last_lines_and_fits),
		cmocka_unit_test(an_endless_line_is_cut_and_nul_bytes_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
