/* SPDX-License-Identifier: GPL-2.0-only */
/* top's state over two VMs whose counts are known. Include after cmocka.h. */
#ifndef NESTPROF_TESTS_TOP_FIXTURE_H
#define NESTPROF_TESTS_TOP_FIXTURE_H

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "collector/top/state.h"
#include "tests/unit/fsm_pools.h"

enum { CPUID = 10, VMREAD = 23, VMRESUME = 24, IO = 30, MSR_WRITE = 32, EPT_VIOLATION = 48 };

#define SLOTS 3

static struct np_vcpu vcpu[SLOTS];
static struct top_state s;
static double now;

static void name(pid_t tgid, char text[NP_VM_NAME], void *arg)
{
	(void)arg;
	snprintf(text, NP_VM_NAME, tgid == 7 ? "web" : "db");
}

static void given_to_l1(struct np_vcpu *v, uint32_t reason, uint32_t vmreads)
{
	np_fsm_exit(&pools, v, reason, NP_LEVEL_L2, true);
	np_fsm_inject(&pools, v, reason, true);
	while (vmreads--)
		np_fsm_exit(&pools, v, VMREAD, NP_LEVEL_L1, true);
	np_fsm_exit(&pools, v, VMRESUME, NP_LEVEL_L1, true);
	np_fsm_vmenter(&pools, v, true);
	pools.now += 5000;
	np_fsm_entry(&pools, v, NP_LEVEL_L2);
}

static int read_counters(struct top_source *source, struct stat_model *m, struct top_reading *r)
{
	int err = 0;

	(void)source;
	*r = (struct top_reading){ .time = now };
	for (uint32_t i = 0; !err && i < SLOTS; i++)
		if (vcpu[i].key)
			err = stat_model_vcpu(m, i, &vcpu[i], &pools, vcpu[i].key == NP_KEY_GONE,
					      name, NULL);
	return err;
}

static struct top_source source = { .read = read_counters };

static void next_interval(void)
{
	now += 2;
	assert_int_equal(top_state_read(&s, &source), 0);
}

/* web has two vCPUs with 4 and 2 CPUIDs, db one with 1 and an I/O; each costs 3 exits of L1. */
static void some_events(void)
{
	static const uint32_t cpuids[SLOTS] = { 4, 2, 1 };

	for (uint32_t i = 0; i < SLOTS; i++)
		for (uint32_t k = 0; k < cpuids[i]; k++)
			given_to_l1(&vcpu[i], CPUID, 2);
	given_to_l1(&vcpu[2], IO, 5);
}

static int open_state(void **state)
{
	(void)state;
	now = 0;
	fresh_pools(SLOTS, TEST_ROWS);
	pools.now = 1000;
	for (uint32_t i = 0; i < SLOTS; i++) {
		fresh_vcpu(&vcpu[i], i);
		vcpu[i].key = 0x1000 + i;
		vcpu[i].tgid = i < 2 ? 7 : 8;
		vcpu[i].vcpu_id = i % 2;
		np_fsm_exit(&pools, &vcpu[i], MSR_WRITE, NP_LEVEL_L1, true);
		np_fsm_vmenter(&pools, &vcpu[i], true);
	}
	assert_int_equal(top_state_init(&s, 1), 0);
	next_interval();
	some_events();
	next_interval();
	return 0;
}

static int close_state(void **state)
{
	(void)state;
	top_state_free(&s);
	return 0;
}

static void press(int key)
{
	assert_int_equal(top_state_key(&s, key), 0);
}

static inline const char *cell(uint32_t row, const char *key)
{
	static char text[TOP_CELL];

	assert_true(row < s.view.nr_items);
	for (uint32_t i = 0; i < s.view.nr_columns; i++)
		if (!strcmp(s.view.columns[i].column->key, key)) {
			top_cell(&s.view.columns[i], &s.view.items[row], text);
			return text;
		}
	fail_msg("no column %s", key);
	return NULL;
}

static inline void select_row(uint32_t row)
{
	press(KEY_HOME);
	while (row--)
		press(KEY_DOWN);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_state, close_state)

#endif
