// SPDX-License-Identifier: GPL-2.0-only
/* Round trips: their sums, phases and histograms, against each other and against hand-made ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "analysis/account.h"
#include "analysis/trip_hists.h"
#include "bpf/nested_fsm.h"
#include "tests/unit/fsm_pools.h"

enum { CPUID = 10, EXTINT = 1, VMREAD = 23, VMRESUME = 24, MSR_READ = 31, EPT_VIOLATION = 48 };

#define L1 NP_LEVEL_L1
#define L2 NP_LEVEL_L2

static struct np_vcpu vcpu, *v = &vcpu;
static struct np_account account;
static struct np_trip_hists hists;

static int fresh(void **state)
{
	(void)state;
	fresh_pools(1, TEST_ROWS);
	fresh_vcpu(v, 0);
	memset(&hists, 0, sizeof(hists));
	pools.now = 1000;
	return 0;
}

static void leave(uint32_t reason, uint32_t level, uint64_t after)
{
	pools.now += after;
	np_fsm_exit(&pools, v, reason, level, true);
}

static void go_on(uint32_t level, uint64_t after)
{
	pools.now += after;
	np_fsm_entry(&pools, v, level);
}

static void enter_l2(uint64_t emulation, uint64_t entry)
{
	pools.now += emulation;
	np_fsm_vmenter(&pools, v, true);
	go_on(L2, entry);
}

static const struct np_row *row(uint32_t reason)
{
	memset(&account, 0, sizeof(account));
	np_account_add_vcpu(&account, v, &pools);
	return &account.l2[reason];
}

static void a_trip_through_l1(void)
{
	leave(CPUID, L2, 500);
	pools.now += 3;
	np_fsm_inject(&pools, v, CPUID, true);
	go_on(L1, 7);		/* L0 had it for 10 */
	leave(VMREAD, L1, 20);	/* L1 ran for 20 */
	go_on(L1, 30);		/* L0's VMREAD took 30 */
	leave(MSR_READ, L1, 40);
	go_on(L1, 50);
	leave(VMRESUME, L1, 60);
	enter_l2(70, 80);
}

static void phases_of_a_known_trip(void **state)
{
	const struct np_row *r;

	(void)state;
	leave(VMRESUME, L1, 1);
	enter_l2(1, 1);
	a_trip_through_l1();
	r = row(CPUID);
	assert_int_equal(r->trip[NP_TRIP_L1].n, 1);
	assert_int_equal(r->trip[NP_TRIP_L1].ns, 10 + 20 + 30 + 40 + 50 + 60 + 70 + 80);
	assert_int_equal(r->trip[NP_TRIP_L0].n, 0);
	assert_int_equal(r->phases.n, 1);
	assert_int_equal(r->phases.phase[NP_PHASE_L2_EXIT], 10);
	assert_int_equal(r->phases.phase[NP_PHASE_L1], 20 + 40 + 60);
	assert_int_equal(r->phases.phase[NP_PHASE_VMCS], 30);
	assert_int_equal(r->phases.phase[NP_PHASE_OTHER], 50);
	assert_int_equal(r->phases.phase[NP_PHASE_ENTRY], 70);
	assert_int_equal(r->phases.phase[NP_PHASE_ENTER_L2], 80);
}

static void a_trip_through_l0_alone(void **state)
{
	(void)state;
	leave(VMRESUME, L1, 1);
	enter_l2(1, 1);
	leave(EXTINT, L2, 5);
	go_on(L2, 33);
	assert_int_equal(row(EXTINT)->trip[NP_TRIP_L0].n, 1);
	assert_int_equal(row(EXTINT)->trip[NP_TRIP_L0].ns, 33);
	assert_int_equal(row(EXTINT)->phases.n, 0);
}

/* An interrupt for L1 while it enters L2: one round trip ends, the next begins. */
static void a_trip_ends_without_l2(void **state)
{
	(void)state;
	leave(VMRESUME, L1, 1);
	enter_l2(1, 1);
	leave(CPUID, L2, 1);
	np_fsm_inject(&pools, v, CPUID, true);
	go_on(L1, 10);
	leave(VMRESUME, L1, 10);
	np_fsm_vmenter(&pools, v, true);
	pools.now += 5;
	np_fsm_inject(&pools, v, EXTINT, true);
	go_on(L1, 2);
	leave(VMRESUME, L1, 1);
	enter_l2(3, 4);
	assert_int_equal(row(CPUID)->trip[NP_TRIP_L1].ns, 25);
	assert_int_equal(row(EXTINT)->trip[NP_TRIP_L1].ns, 10);
}

static void failed_entry_is_no_end(void **state)
{
	(void)state;
	leave(VMRESUME, L1, 1);
	enter_l2(1, 1);
	leave(CPUID, L2, 1);
	np_fsm_inject(&pools, v, CPUID, true);
	go_on(L1, 10);
	leave(VMRESUME, L1, 10);
	np_fsm_vmenter(&pools, v, true);
	go_on(L1, 10); /* not L2: it had failed */
	leave(VMRESUME, L1, 10);
	enter_l2(1, 1);
	assert_int_equal(row(CPUID)->trip[NP_TRIP_L1].n, 0);
	assert_int_equal(v->failed_entries, 1);
}

static void phases_of_each_third(void **state)
{
	(void)state;
	pools.phases_every = 3;
	leave(VMRESUME, L1, 1);
	enter_l2(1, 1);
	for (int i = 0; i < 9; i++)
		a_trip_through_l1();
	assert_int_equal(row(CPUID)->trip[NP_TRIP_L1].n, 9);
	assert_int_equal(row(CPUID)->phases.n, 3);
	assert_int_equal(row(CPUID)->phases.ns, 3 * 360);
}

static uint64_t any_time(void)
{
	uint64_t any = rand();

	return any % 8 ? any / 8 % 3000 : any << rand() % 8;
}

static const uint32_t reasons[] = { CPUID, EXTINT, EPT_VIOLATION, VMREAD, VMRESUME };

/* What KVM does: L2's exit is L0's, or L1's, who makes some of its own. */
static void any_trip(void)
{
	uint32_t reason = reasons[rand() % 3];

	leave(reason, L2, any_time());
	if (rand() % 3 == 0)
		return go_on(L2, any_time());
	np_fsm_inject(&pools, v, rand() % 8 ? reason : EXTINT, true);
	go_on(L1, any_time());
	for (int i = rand() % 12; i > 0; i--) {
		leave(reasons[3 + rand() % 2], L1, any_time());
		go_on(L1, any_time());
	}
	leave(VMRESUME, L1, any_time());
	if (rand() % 16)
		enter_l2(any_time(), any_time());
}

static void any_event(void)
{
	uint32_t level = L1 + rand() % 2;

	pools.now += any_time();
	switch (rand() % 4) {
	case 0:
		return np_fsm_exit(&pools, v, reasons[rand() % 5], level, true);
	case 1:
		return np_fsm_entry(&pools, v, level);
	case 2:
		return np_fsm_vmenter(&pools, v, true);
	default:
		return np_fsm_inject(&pools, v, reasons[rand() % 5], true);
	}
}

static uint64_t sum_of_phases(const struct np_phase_sum *p)
{
	uint64_t sum = 0;

	for (int i = 0; i < NP_PHASES; i++)
		sum += p->phase[i];
	return sum;
}

/* What must hold whatever happened. */
static void check(const struct np_account *a, const struct np_trip_hists *h, uint32_t every)
{
	for (uint32_t r = 0; r < NP_REASONS; r++) {
		const struct np_row *row = &a->l2[r];

		assert_int_equal(sum_of_phases(&row->phases), row->phases.ns);
		assert_true(row->phases.n <= row->trip[NP_TRIP_L1].n);
		if (every == 1) {
			assert_int_equal(row->phases.n, row->trip[NP_TRIP_L1].n);
			assert_int_equal(row->phases.ns, row->trip[NP_TRIP_L1].ns);
		}
		for (int kind = 0; kind < NP_TRIPS; kind++)
			assert_int_equal(np_hist_total(&h->of[r][kind]), row->trip[kind].n);
	}
}

/* Windows, too: of snapshots that are taken now and then. */
static void random_trips(void **state)
{
	static struct np_account before, after, window;
	uint64_t trips = 0;

	for (int seed = 0; seed < 60; seed++) {
		struct np_sparse was = { 0 }, is = { 0 };

		srand(seed);
		fresh(state);
		pools.phases_every = 1 + seed % 3;
		pools.max_rows = seed % 5 ? TEST_ROWS : 2;
		memset(&before, 0, sizeof(before));
		for (int round = 0; round < 6; round++) {
			for (int i = rand() % 100; i > 0; i--)
				rand() % 4 ? any_trip() : any_event();
			memset(&after, 0, sizeof(after));
			memset(&hists, 0, sizeof(hists));
			np_account_add_vcpu(&after, v, &pools);
			assert_int_equal(np_trip_snap_take(&is, v, &pools), 0);
			np_trip_hists_add(&hists, &is, &was);
			np_account_diff(&window, &after, &before);
			check(&window, &hists, pools.phases_every);
			np_sparse_move(&was, &is);
			before = after;
		}
		for (uint32_t r = 0; r < NP_REASONS; r++)
			trips += after.l2[r].trip[NP_TRIP_L1].n;
		np_sparse_free(&was);
	}
	assert_true(trips > 1000); /* or nothing was tried */
}

/* The error of a percentile, against the value that was put in. */
static void percentiles_are_near(void **state)
{
	static uint64_t put[1000];
	struct np_hist h;

	(void)state;
	srand(1);
	memset(&h, 0, sizeof(h));
	for (int i = 0; i < 1000; i++)
		put[i] = i ? put[i - 1] + 1 + rand() % 50 * (i / 10) : 1;
	for (int i = 0; i < 1000; i++)
		h.n[np_hist_bucket(put[i])]++;
	h.max = put[999];
	for (int i = 1; i < 1000; i++) {
		uint64_t got = np_hist_percentile(&h, i / 10.0), want = put[i - 1];

		assert_true(got >= want ? got - want <= want / 64 : want - got <= want / 64);
	}
	assert_int_equal(np_hist_percentile(&h, 100), put[999]);
}

static void longest_of_a_window(void **state)
{
	struct np_hist h;

	(void)state;
	memset(&h, 0, sizeof(h));
	assert_int_equal(np_hist_max(&h), 0);
	h.n[np_hist_bucket(1000)]++;
	h.max = 1001; /* known exactly */
	assert_int_equal(np_hist_max(&h), 1001);
	h.n[np_hist_bucket(5000)]++; /* another vCPU's, of which only the bucket is known */
	assert_true(np_hist_max(&h) >= 5000 - 5000 / 64 && np_hist_max(&h) <= 5000 + 5000 / 64);
}

static void buckets_follow_each_other(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < NP_HIST_BUCKETS; i++) {
		assert_int_equal(np_hist_bucket(np_hist_low(i)), i);
		assert_int_equal(np_hist_bucket(np_hist_high(i)), i);
	}
	assert_int_equal(np_hist_bucket(UINT64_MAX), NP_HIST_BUCKETS - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(phases_of_a_known_trip, fresh),
		cmocka_unit_test_setup(a_trip_through_l0_alone, fresh),
		cmocka_unit_test_setup(a_trip_ends_without_l2, fresh),
		cmocka_unit_test_setup(failed_entry_is_no_end, fresh),
		cmocka_unit_test_setup(phases_of_each_third, fresh),
		cmocka_unit_test_setup(random_trips, fresh),
		cmocka_unit_test(percentiles_are_near),
		cmocka_unit_test(longest_of_a_window),
		cmocka_unit_test(buckets_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
