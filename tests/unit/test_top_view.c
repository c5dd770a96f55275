// SPDX-License-Identifier: GPL-2.0-only
/* What top shows, without a terminal: levels, order, selection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/stat_metrics.h"
#include "collector/top/summary.h"
#include "tests/unit/top_fixture.h"

static void levels_down_and_up(void **state)
{
	char where[TOP_LINE];

	(void)state;
	assert_int_equal(s.view.nr_items, 3);
	assert_string_equal(cell(0, "vm"), "(all)");
	assert_string_equal(cell(1, "vm"), "web");
	assert_string_equal(cell(1, "l0_rate"), "12"); /* 6 * 4 in two seconds */
	assert_string_equal(cell(1, "l0_per_l2"), "4.00");
	assert_string_equal(cell(2, "l2_rate"), "1");
	select_row(1);
	press('\n');
	assert_int_equal(s.view.nr_items, 3);
	assert_string_equal(cell(0, "l0_exits"), "24");
	assert_string_equal(cell(1, "l0_exits"), "16");
	select_row(1);
	press(KEY_RIGHT);
	assert_int_equal(s.view.nr_items, 2);
	assert_string_equal(cell(1, "reason"), "CPUID");
	assert_string_equal(cell(1, "exits"), "4");
	select_row(1);
	press('\r');
	assert_int_equal(s.view.nr_items, 3);
	assert_string_equal(cell(0, "per_exit"), "3.00");
	assert_string_equal(cell(1, "cause"), "VMREAD");
	assert_string_equal(cell(1, "per_exit"), "2.00");
	assert_string_equal(cell(1, "exits"), "8");
	top_where(&s, where);
	assert_string_equal(where, "VM web (PID 7) > vCPU 0 > CPUID");
	press('\n');
	assert_int_equal(s.view.level, TOP_COSTS);
	press(KEY_BACKSPACE);
	assert_int_equal(top_view_at(&s.view), 1);
	press(KEY_LEFT);
	assert_int_equal(s.view.level, TOP_VCPUS);
	assert_int_equal(s.view.nr_items, 3);
	press(0x1b);
	press(0x1b);
	assert_int_equal(s.view.level, TOP_VMS);
	assert_int_equal(s.view.nr_items, 3);
	assert_int_equal(top_view_at(&s.view), 1);
}

static void all_of_a_vm_and_of_everything(void **state)
{
	(void)state;
	select_row(1);
	press('\n');
	press('\n'); /* (all) */
	assert_string_equal(cell(1, "exits"), "6");
	press('\n'); /* (all of L2's) */
	assert_string_equal(cell(0, "exits"), "18");
	press('4');
	assert_string_equal(cell(0, "exits"), "27");
	press(KEY_LEFT);
	assert_string_equal(cell(1, "exits"), "7");
	press(KEY_LEFT);
	assert_int_equal(s.view.nr_items, 1 + SLOTS);
	select_row(3);
	press('\n');
	assert_string_equal(cell(1, "exits"), "2");
	press(KEY_LEFT); /* to the vCPUs of all VMs, as we came */
	assert_int_equal(s.view.nr_items, 1 + SLOTS);
}

/* What a level shows adds up to its first line. */
static void lines_add_up(void **state)
{
	uint64_t caused = 0;

	(void)state;
	for (int key = '1'; key <= '3'; key++) {
		uint64_t sum = 0;

		press(key);
		for (uint32_t i = 1; i < s.view.nr_items; i++) {
			const struct top_item *it = &s.view.items[i];

			sum += key < '3' ? it->group->l0_exits : stat_line_l0_exits(it->line);
		}
		assert_int_equal(sum, top_data_all(&s.data)->l0_exits);
	}
	press('4');
	for (uint32_t i = 1; i < s.view.nr_items; i++)
		caused += s.view.line->row.caused[s.view.items[i].cause];
	assert_int_equal(caused, 27);
}

static void l1_alone_has_nothing_below(void **state)
{
	(void)state;
	np_fsm_exit(&pools, &vcpu[0], MSR_WRITE, NP_LEVEL_L1, true);
	np_fsm_gap(&pools, &vcpu[0]);
	np_fsm_exit(&pools, &vcpu[0], MSR_WRITE, NP_LEVEL_L1, true);
	next_interval();
	press('3');
	for (uint32_t i = 1; i < s.view.nr_items; i++)
		if (s.view.items[i].line->kind == STAT_L1)
			select_row(i);
	assert_string_equal(cell(top_view_at(&s.view), "kind"), "L1 alone");
	press('\n');
	assert_int_equal(s.view.level, TOP_REASONS);
	assert_non_null(strstr(s.note, "makes no others"));
	press(KEY_UP);
	assert_string_equal(s.note, "");
}

static void every_column_sorts(void **state)
{
	(void)state;
	press('3');
	for (int i = 0; i < TOP_MAX_COLUMNS; i++)
		press('<');
	assert_string_equal(s.view.looks[TOP_REASONS].sort, "reason");
	assert_string_equal(cell(1, "reason"), "CPUID");
	press('r');
	assert_string_equal(cell(1, "reason"), "IO_INSTRUCTION");
	assert_string_equal(cell(0, "reason"), "(all of L2's)");
	for (uint32_t i = 0; i < stat_nr_metrics; i++) {
		const struct stat_metric *m = &stat_metrics[i];

		if (!m->value || m->shown != STAT_ALWAYS || stat_metric_isa(m) == NP_ISA_SVM)
			continue;
		s.view.looks[TOP_REASONS].sort = m->column.key;
		s.view.looks[TOP_REASONS].reverse = false;
		assert_int_equal(top_view_build(&s.view, &s.data), 0);
		for (uint32_t k = 2; k < s.view.nr_items; k++)
			assert_true(m->value(s.view.items[k - 1].line, m->arg) >=
				    m->value(s.view.items[k].line, m->arg));
	}
}

static void selection_follows_its_line(void **state)
{
	(void)state;
	select_row(1);
	assert_string_equal(cell(1, "vm"), "web");
	press('r');
	assert_int_equal(top_view_at(&s.view), 2);
	assert_string_equal(cell(2, "vm"), "web");
	vcpu[0].key = vcpu[1].key = NP_KEY_GONE;
	next_interval(); /* its last */
	assert_int_equal(s.view.nr_items, 3);
	vcpu[0].key = vcpu[1].key = 0;
	next_interval();
	assert_int_equal(s.view.nr_items, 2);
	assert_int_equal(top_view_at(&s.view), 1);
	press('\n');
	assert_int_equal(s.view.whose.tgid, 8);
}

/* Below a VM that is gone there is nothing, and no harm in it. */
static void vm_goes_while_looked_at(void **state)
{
	(void)state;
	select_row(1);
	press('\n');
	press('\n');
	vcpu[0].key = vcpu[1].key = NP_KEY_GONE;
	next_interval();
	vcpu[0].key = vcpu[1].key = 0;
	next_interval();
	assert_int_equal(s.view.nr_items, 1);
	press('\n');
	press(KEY_DOWN);
	press(KEY_LEFT);
	press(KEY_LEFT);
	assert_int_equal(s.view.level, TOP_VCPUS);
	assert_int_equal(s.view.nr_items, 0);
	for (const int *key = (int[]){ '\n', KEY_UP, KEY_END, KEY_NPAGE, '>', 'r', 0 }; *key; key++)
		press(*key);
	assert_int_equal(s.view.level, TOP_VCPUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(levels_down_and_up),
		TEST(all_of_a_vm_and_of_everything),
		TEST(lines_add_up),
		TEST(l1_alone_has_nothing_below),
		TEST(every_column_sorts),
		TEST(selection_follows_its_line),
		TEST(vm_goes_while_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
