// SPDX-License-Identifier: GPL-2.0-only
/* The state machine's ways for what is usual, against its others, over random round trips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/account.h"
#include "bpf/usual_fsm.h"
#include "tests/unit/fsm_pools.h"

enum { CPUID = 10, HLT = 12, VMREAD = 23, VMRESUME = 24, VMOFF = 26, FIRST = 28, MSR_WRITE = 32 };

static struct np_vcpu vcpu, *v = &vcpu;
static struct np_account account;

static int fresh(void **state)
{
	(void)state;
	fresh_pools(1, 1 + NP_REASONS);
	fresh_vcpu(v, 0);
	return 0;
}

static const struct np_row *row(uint32_t reason)
{
	memset(&account, 0, sizeof(account));
	np_account_add_vcpu(&account, v, &pools);
	return &account.l2[reason];
}

static void l1_exit(uint32_t reason)
{
	np_fsm_exit(&pools, v, reason, NP_LEVEL_L1, false);
}

/* To the handling of an L2 exit. */
static void begin(uint32_t reason)
{
	l1_exit(VMRESUME);
	np_fsm_vmenter(&pools, v, false);
	np_fsm_exit(&pools, v, reason, NP_LEVEL_L2, false);
	np_fsm_inject(&pools, v, reason, false);
}

static void more_exits_than_the_log_holds(void **state)
{
	enum { EACH = 3 };

	(void)state;
	begin(HLT);
	for (int round = 0; round < EACH; round++)
		for (uint32_t r = FIRST; r < FIRST + NP_LOG; r++)
			l1_exit(r);
	assert_int_equal(row(HLT)->caused[FIRST], 0);
	assert_int_equal(account.unfinished[FIRST], EACH);
	begin(HLT);
	assert_int_equal(row(HLT)->caused[FIRST], EACH);
	assert_int_equal(row(HLT)->caused[FIRST + NP_LOG - 1], EACH);
	assert_int_equal(row(HLT)->caused[VMRESUME], 1);
	for (uint32_t r = FIRST; r < FIRST + NP_LOG + 1; r++)
		l1_exit(r);
	l1_exit(VMOFF);
	assert_int_equal(v->outside[FIRST], 1);
	assert_int_equal(v->outside[FIRST + NP_LOG], 1);
	assert_int_equal(row(HLT)->caused[FIRST], EACH);
	assert_int_equal(account.unfinished[FIRST], 0);
}

/* L1 does the same again, then something else, then the same as at first. */
static void usual_and_unusual(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 12; i++) {
		begin(CPUID);
		l1_exit(VMREAD);
		if (i % 4 == 3)
			l1_exit(MSR_WRITE);
		assert_int_equal(row(CPUID)->exits, i + 1);
		assert_int_equal(row(CPUID)->to_l1, i + 1);
		assert_int_equal(row(CPUID)->resumed, i);
		assert_int_equal(row(CPUID)->caused[VMREAD], i);
		assert_int_equal(row(CPUID)->caused[MSR_WRITE], i / 4);
	}
	begin(CPUID);
	assert_int_equal(row(CPUID)->caused[MSR_WRITE], 3);
	assert_int_equal(row(CPUID)->caused[VMRESUME], 12);
	assert_true(test_tallies[v->row_of[CPUID]].usual.times > 0);
	assert_int_equal(v->desyncs, 0);
}

/* One vCPU is told of each event, the other of exits alone, in the way that is usual. */
static struct np_vcpu told, telling;
static bool timed;
static uint64_t outside;

static void pass(void)
{
	pools.now += rand() % 5000;
}

static void both_enter(uint32_t level)
{
	pass();
	if (!np_fsm_l1_entry(&pools, &told))
		np_fsm_entry(&pools, &told, level);
	if (level == NP_LEVEL_L2 && telling.level == NP_LEVEL_L1) {
		if (np_fsm_usual_l2_entry(&pools, &telling))
			return;
		np_fsm_vmenter(&pools, &telling, false);
	}
	if (!np_fsm_l1_entry(&pools, &telling))
		np_fsm_entry(&pools, &telling, level);
}

static void l1_enters(void)
{
	pass();
	np_fsm_vmenter(&pools, &told, timed);
	if (!timed)
		return;
	np_fsm_vmenter_time(&pools, &telling);
	both_enter(NP_LEVEL_L2);
}

static void l2_exits(uint32_t reason)
{
	pass();
	np_fsm_exit(&pools, &told, reason, NP_LEVEL_L2, timed);
	if (timed ? np_fsm_next_l2_exit(&pools, &telling, reason)
		  : telling.level == NP_LEVEL_L1 &&
			    np_fsm_usual_l2_exit(&pools, &telling, reason))
		return;
	if (telling.level == NP_LEVEL_L1)
		np_fsm_vmenter(&pools, &telling, false);
	np_fsm_exit(&pools, &telling, reason, NP_LEVEL_L2, timed);
}

static void l1_gets(uint32_t given, uint32_t first_exit)
{
	pass();
	np_fsm_inject(&pools, &told, given, timed);
	if (timed)
		both_enter(NP_LEVEL_L1);
	pass();
	np_fsm_exit(&pools, &told, first_exit, NP_LEVEL_L1, timed);
	if (np_fsm_usual_l1_exit(&pools, &telling, given, first_exit, timed))
		return;
	np_fsm_inject(&pools, &telling, given, timed);
	np_fsm_exit(&pools, &telling, first_exit, NP_LEVEL_L1, timed);
}

static void l1_exits(uint32_t reason)
{
	if (timed)
		both_enter(NP_LEVEL_L1);
	pass();
	np_fsm_exit(&pools, &told, reason, NP_LEVEL_L1, timed);
	if (np_fsm_outside_exit(&telling, reason))
		outside++;
	else
		np_fsm_exit(&pools, &telling, reason, NP_LEVEL_L1, timed);
}

/* L1 mostly does the same for the same reason. */
static void random_trip(void)
{
	uint32_t reason = rand() % 4 ? 10 + rand() % 3 : rand() % NP_REASONS;
	uint32_t given = rand() % 10 ? reason : (uint32_t)rand() % NP_REASONS;
	uint32_t exits = rand() % 8 ? reason % 20 : (uint32_t)rand() % (2 * NP_LOG);

	l1_enters();
	l2_exits(reason);
	if (rand() % 6 == 0) { /* L0 deals with this one */
		if (timed)
			both_enter(NP_LEVEL_L2);
		l2_exits(given);
	}
	l1_gets(given, rand() % 20 ? VMREAD : rand() % NP_REASONS);
	for (uint32_t i = 0; i < exits; i++)
		l1_exits(rand() % 50 ? VMREAD + i % 2 * 2 : (uint32_t)rand() % NP_REASONS);
}

/* Without a hypervisor in L1. */
static void random_rest(void)
{
	l1_exits(VMOFF);
	for (uint32_t i = rand() % 20; i; i--)
		l1_exits(rand() % NP_REASONS);
}

static void compare_both(bool own_rows)
{
	static struct np_account by_events, by_exits;

	memset(&by_events, 0, sizeof(by_events));
	memset(&by_exits, 0, sizeof(by_exits));
	np_account_add_vcpu(&by_events, &told, &pools);
	np_account_add_vcpu(&by_exits, &telling, &pools);
	if (own_rows) /* else the two compete for rows */
		assert_memory_equal(&by_events, &by_exits, sizeof(by_exits));
	assert_int_equal(by_events.totals.exits, by_exits.totals.exits);
}

static void usual_ways_are_as_good(void **state)
{
	uint64_t usual = 0, trips = 0;

	(void)state;
	for (uint32_t seed = 0; seed < 60; seed++) {
		srand(seed);
		timed = seed % 2;
		fresh_pools(2, seed % 5 ? TEST_ROWS : 2 + seed % 7);
		pools.phases_every = 1 + seed % 4;
		fresh_vcpu(&told, 0);
		fresh_vcpu(&telling, 1);
		for (int i = 0; i < 200; i++) {
			if (i % 16 == 0)
				random_rest();
			l1_exits(VMRESUME);
			random_trip();
			compare_both(seed % 5);
		}
		for (uint32_t r = 0; r < pools.nr_rows; r++) {
			usual += pools.tallies[r + 1].usual.times;
			trips += pools.rows[r].phases.n;
		}
	}
	assert_true(usual > 1000 && trips > 1000 && outside > 1000);
}

static void after(uint32_t ns)
{
	pools.now += ns;
}

/* Of L2's exit: 10 ns for L0, 20 for L1, then `entry` and 40 until L2 runs. */
static const struct np_phase_sum *timed_trip(uint32_t entry, bool entry_is_seen)
{
	np_fsm_exit(&pools, v, CPUID, NP_LEVEL_L2, true);
	np_fsm_inject(&pools, v, CPUID, true);
	after(10);
	np_fsm_entry(&pools, v, NP_LEVEL_L1);
	after(20);
	np_fsm_exit(&pools, v, VMRESUME, NP_LEVEL_L1, true);
	after(entry);
	if (entry_is_seen)
		np_fsm_vmenter_time(&pools, v);
	after(40);
	np_fsm_vmenter(&pools, v, false);
	np_fsm_entry(&pools, v, NP_LEVEL_L2);
	after(1000);
	return &pools.rows[v->row_of[CPUID] - 1].phases;
}

static void entries_are_divided_as_those_that_were_seen(void **state)
{
	const struct np_phase_sum *sum;

	(void)state;
	begin(CPUID);
	l1_exit(VMRESUME);
	np_fsm_vmenter(&pools, v, false);
	after(1000);
	sum = timed_trip(30, false); /* nothing is known of it */
	assert_int_equal(sum->phase[NP_PHASE_ENTRY], 70);
	sum = timed_trip(30, true);
	assert_int_equal(sum->phase[NP_PHASE_ENTRY], 70 + 30);
	assert_int_equal(sum->phase[NP_PHASE_ENTER_L2], 40);
	sum = timed_trip(38, true); /* 31 on average, by an eighth of the difference */
	sum = timed_trip(5, false);
	assert_int_equal(sum->phase[NP_PHASE_ENTRY], 70 + 30 + 38 + 31);
	assert_int_equal(sum->phase[NP_PHASE_ENTER_L2], 40 + 40 + 14);
	assert_int_equal(sum->phase[NP_PHASE_L2_EXIT], 4 * 10);
	assert_int_equal(sum->phase[NP_PHASE_L1], 4 * 20);
	assert_int_equal(sum->n, 4);
	assert_int_equal(sum->ns, 100 + 100 + 108 + 75);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(more_exits_than_the_log_holds, fresh),
		cmocka_unit_test_setup(usual_and_unusual, fresh),
		cmocka_unit_test(usual_ways_are_as_good),
		cmocka_unit_test_setup(entries_are_divided_as_those_that_were_seen, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
