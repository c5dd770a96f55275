// SPDX-License-Identifier: GPL-2.0-only
/* How top fits what it shows into columns and lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>

#include "analysis/stat_metrics.h"
#include "collector/top/layout.h"
#include "collector/top/summary.h"
#include "collector/top/text.h"
#include "tests/unit/top_fixture.h"

static bool is_placed(const struct top_layout *l, const char *key)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (!strcmp(l->place[i].column->column->key, key))
			return true;
	return false;
}

/* However narrow: nothing beyond the edge, nothing over another, the names always there. */
static void columns_fit_any_width(void **state)
{
	struct top_layout l;

	(void)state;
	for (int level = '1'; level <= '4'; level++) {
		uint32_t before = 0;

		press(level);
		for (uint32_t width = 1; width < 250; width++) {
			uint32_t x = 0;

			top_layout_make(&l, &s.view, width);
			assert_true(l.n >= 1);
			assert_ptr_equal(l.place[0].column, &s.view.columns[0]);
			for (uint32_t i = 0; i < l.n; i++) {
				assert_true(l.place[i].x >= x);
				x = l.place[i].x + l.place[i].width + 1;
			}
			assert_true(x - 1 <= width);
			if (width == 249)
				assert_int_equal(l.n, s.view.nr_columns);
			before = l.n;
		}
		assert_int_equal(before, s.view.nr_columns);
	}
}

static void columns_go_by_priority(void **state)
{
	struct top_layout l;

	(void)state;
	press('3');
	top_layout_make(&l, &s.view, 40);
	assert_true(is_placed(&l, "rate") && is_placed(&l, "per_exit"));
	assert_false(is_placed(&l, "to_l1") || is_placed(&l, "per_exit_rest"));
	s.view.looks[TOP_REASONS].sort = "to_l1";
	top_view_build(&s.view, &s.data);
	top_layout_make(&l, &s.view, 40);
	assert_true(is_placed(&l, "to_l1"));
	s.view.looks[TOP_REASONS].sort = "resumed"; /* else in JSON only */
	top_view_build(&s.view, &s.data);
	assert_string_equal(cell(1, "resumed"), "7");
}

static void selected_line_is_on_the_screen(void **state)
{
	(void)state;
	for (uint32_t height = 1; height < 5; height++)
		for (uint32_t at = 0; at < s.view.nr_items; at++) {
			uint32_t first;

			select_row(at);
			first = top_view_first(&s.view, height);
			assert_true(first <= at && at < first + height);
		}
	select_row(2);
	assert_int_equal(top_view_first(&s.view, 10), 0);
}

static void summary_fits(void **state)
{
	static const char *const parts[] = { "L0", "L2", "lost", NULL };
	char line[TOP_LINE];

	(void)state;
	s.now.tracing = (struct stat_tracing){ .measured = true, .cpu_percent = 0.125,
					       .ns_per_run = 41 };
	top_summary(&s, 200, line);
	assert_string_equal(line, "L0 exits/s 18   L2 exits/s 4   L0 exits per L2 exit 4.38   "
				  "lost events 0   tracing 0.12 % of a CPU, 41 ns per run");
	for (uint32_t width = 40; width < 200; width++) {
		top_summary(&s, width, line);
		assert_true(top_text_width(line) <= width);
		for (const char *const *p = parts; *p; p++)
			assert_non_null(strstr(line, *p));
	}
}

static void details_have_every_metric_that_is_not_zero(void **state)
{
	char line[TOP_LINE], all[4 * TOP_LINE] = "";
	uint32_t next = 0, lines = 0;

	(void)state;
	press('4');
	do {
		next = top_detail(&s, next, 60, line);
		assert_true(top_text_width(line) <= 60);
		strcat(strcat(all, line), "\n");
	} while (next && ++lines < 20);
	assert_false(next);
	for (uint32_t i = 0; i < stat_nr_metrics; i++) {
		const struct stat_metric *m = &stat_metrics[i];

		if (m->value && m->value(s.view.line, m->arg) > 0)
			assert_non_null(strstr(all, m->column.title));
	}
}

static void text_in_columns(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(top_text_fit(out, sizeof(out), "abc", 5, false), "abc  ");
	assert_string_equal(top_text_fit(out, sizeof(out), "abc", 5, true), "  abc");
	assert_string_equal(top_text_fit(out, sizeof(out), "abcdef", 5, true), "abcd~");
	assert_string_equal(top_text_fit(out, sizeof(out), "abcdef", 1, false), "~");
	assert_string_equal(top_text_fit(out, sizeof(out), "abcdef", 0, false), "");
	assert_string_equal(top_text_fit(out, 4, "abcdef", 6, false), "abc");
	assert_string_equal(top_text_fit(out, sizeof(out), "a\tb\x7f", 6, false), "a?b?  ");
	assert_string_equal(top_text_fit(out, sizeof(out), "a\xff\xc3", 4, false), "a?? ");
	assert_int_equal(top_text_width("Äpfel"), 5);
	assert_string_equal(top_text_fit(out, sizeof(out), "Äpfel", 3, false), "Äp~");
	assert_int_equal(top_text_width("蛇蛇"), 4);
	assert_string_equal(top_text_fit(out, sizeof(out), "蛇蛇", 3, false), "蛇~");
	assert_string_equal(top_text_fit(out, sizeof(out), "蛇蛇蛇", 4, false), "蛇~ ");
	/* A control character of ISO 6429's second set. */
	assert_string_equal(top_text_fit(out, sizeof(out), "\xc2\x9b", 2, false), "? ");
}

static void short_numbers(void **state)
{
	static const struct {
		double value;
		const char *text;
	} known[] = { { 0, "0" }, { 9999, "9999" }, { 10000, "10.0k" }, { 123456, "123k" },
		      { 999600, "1.00M" }, { 1234567, "1.23M" }, { 5e9, "5.00G" } };
	char out[16];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_string_equal(top_text_short(out, sizeof(out), known[i].value),
				    known[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(columns_fit_any_width),
		TEST(columns_go_by_priority),
		TEST(selected_line_is_on_the_screen),
		TEST(summary_fits),
		TEST(details_have_every_metric_that_is_not_zero),
		cmocka_unit_test(text_in_columns),
		cmocka_unit_test(short_numbers),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
