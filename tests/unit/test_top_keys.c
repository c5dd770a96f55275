// SPDX-License-Identifier: GPL-2.0-only
/* What the keys do to what top shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "collector/top/layout.h"
#include "tests/unit/top_fixture.h"

static void type(const char *text)
{
	while (*text)
		press((unsigned char)*text++);
}

static void filter_by_any_name(void **state)
{
	(void)state;
	press('/');
	type("WE");
	assert_int_equal(s.view.nr_items, 2);
	press(0x7f);
	press('\n');
	assert_int_equal(s.view.nr_items, 2);
	assert_string_equal(s.view.looks[TOP_VMS].filter, "W");
	press('/');
	type("q");
	assert_false(s.quit);
	assert_int_equal(s.view.nr_items, 1);
	press(0x1b); /* the old one again */
	assert_string_equal(s.view.looks[TOP_VMS].filter, "W");
	press(KEY_LEFT);
	assert_int_equal(s.view.nr_items, 3);
	press('/');
	type("8");
	assert_string_equal(cell(1, "vm"), "db"); /* by its PID */
	for (int i = 0; i < 2 * TOP_FILTER; i++)
		type("x");
	assert_int_equal(strlen(s.view.looks[TOP_VMS].filter), TOP_FILTER - 1);
	for (int i = 0; i < 2 * TOP_FILTER; i++)
		press(KEY_BACKSPACE);
	type("\xc3\xbc");
	press(KEY_BACKSPACE);
	assert_string_equal(s.view.looks[TOP_VMS].filter, "");
	press('\n');
	press('q');
	assert_true(s.quit);
}

static void pause_holds_the_screen_and_counts_on(void **state)
{
	(void)state;
	press('p');
	assert_true(s.paused);
	for (int i = 0; i < 3; i++) {
		some_events();
		some_events();
		next_interval();
		assert_string_equal(cell(1, "l0_exits"), "24");
	}
	press('3'); /* every level stands still */
	assert_string_equal(cell(1, "exits"), "7");
	press('2');
	assert_string_equal(cell(1, "l0_exits"), "16");
	press('p');
	assert_string_equal(cell(1, "l0_exits"), "32"); /* that of the last interval */
	press('1');
	some_events();
	next_interval();
	assert_string_equal(cell(1, "l0_exits"), "24");
}

static void last_counts_stay_when_the_vm_ends(void **state)
{
	(void)state;
	assert_int_equal(top_state_end(&s), 0);
	next_interval();
	press('p');
	assert_true(s.paused);
	assert_string_equal(cell(1, "l0_exits"), "24");
}

static void intervals(void **state)
{
	(void)state;
	press('+');
	assert_true(s.interval == 2);
	for (int i = 0; i < 20; i++)
		press('-');
	assert_true(s.interval == 0.1);
	for (int i = 0; i < 20; i++)
		press('+');
	assert_true(s.interval == 60);
	s.interval = 100; /* -I 100 */
	press('+');
	assert_true(s.interval == 100);
	press('-');
	assert_true(s.interval == 60);
}

static void help_scrolls_and_goes(void **state)
{
	(void)state;
	press('?');
	assert_int_equal(s.mode, TOP_HELPING);
	press(KEY_UP);
	for (int i = 0; i < 100; i++)
		press(KEY_DOWN);
	assert_int_equal(s.help_first, top_nr_keys - 1);
	press('q');
	assert_false(s.quit);
	assert_int_equal(s.mode, TOP_BROWSING);
}

static void each_key_means_one_thing(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < top_nr_keys; i++) {
		assert_true(top_keys[i].names[0] && top_keys[i].help[0] && top_keys[i].keys[0]);
		for (int k = 0; k < TOP_KEYS && top_keys[i].keys[k]; k++)
			assert_int_equal(top_key_action(top_keys[i].keys[k]), top_keys[i].action);
	}
	assert_int_equal(top_key_action('x'), TOP_NOTHING);
	assert_int_equal(top_key_action(0), TOP_NOTHING);
	assert_int_equal(top_key_action(-1), TOP_NOTHING);
}

/* Whatever is pressed, and whoever comes and goes. */
static void any_keys(void **state)
{
	static const int others[] = { KEY_UP, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_ENTER, KEY_HOME,
				      KEY_END, KEY_NPAGE, KEY_PPAGE, KEY_BACKSPACE, '\n', 0x1b };
	struct top_layout l;

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		uint32_t v = rand() % SLOTS;

		press(rand() % 3 ? others[rand() % 12] : rand() % 512);
		top_layout_make(&l, &s.view, rand() % 100);
		assert_true(s.view.nr_items == 0 || top_view_at(&s.view) < s.view.nr_items);
		if (i % 10)
			continue;
		vcpu[v].key = vcpu[v].key > NP_KEY_GONE ? NP_KEY_GONE : 0x1000 + v;
		some_events();
		next_interval();
		for (v = 0; v < SLOTS; v++)
			if (vcpu[v].key == NP_KEY_GONE)
				vcpu[v].key = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(filter_by_any_name),
		TEST(pause_holds_the_screen_and_counts_on),
		TEST(last_counts_stay_when_the_vm_ends),
		TEST(intervals),
		TEST(help_scrolls_and_goes),
		cmocka_unit_test(each_key_means_one_thing),
		TEST(any_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
