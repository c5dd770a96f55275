// SPDX-License-Identifier: GPL-2.0-only
/* Accounts of windows: every exit of a window in one place, and none besides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/account.h"
#include "bpf/nested_fsm.h"
#include "tests/unit/fsm_pools.h"

enum { CPUID = 10, HLT = 12, VMREAD = 23, VMRESUME = 24, VMWRITE = 25 };

#define VCPUS 3
#define SNAPSHOTS 24
#define EVENTS_BETWEEN 40

static struct np_vcpu vcpus[VCPUS];
static struct np_account snapshot[SNAPSHOTS], window;
static uint64_t fed[SNAPSHOTS][NP_REASONS]; /* kvm_exit events so far */
static uint64_t injected[SNAPSHOTS], entered[SNAPSHOTS];

static int fresh(void **state)
{
	(void)state;
	fresh_pools(VCPUS, TEST_ROWS);
	for (int i = 0; i < VCPUS; i++)
		fresh_vcpu(&vcpus[i], i);
	return 0;
}

static void take(struct np_account *a)
{
	memset(a, 0, sizeof(*a));
	for (int i = 0; i < VCPUS; i++)
		np_account_add_vcpu(a, &vcpus[i], &pools);
}

static void exit_to_l1(struct np_vcpu *v, uint32_t reason)
{
	np_fsm_exit(&pools, v, reason, NP_LEVEL_L2, false);
	np_fsm_nested_vmexit(v);
	np_fsm_inject(&pools, v, reason, false);
}

static void rows_are_found_by_reason(void **state)
{
	struct np_vcpu *v = vcpus;
	struct np_l2_totals t;

	(void)state;
	np_fsm_vmenter(&pools, v, false);
	exit_to_l1(v, CPUID);
	np_fsm_exit(&pools, v, VMREAD, NP_LEVEL_L1, false);
	np_fsm_exit(&pools, v, VMREAD, NP_LEVEL_L1, false);
	np_fsm_vmenter(&pools, v, false);
	exit_to_l1(v, HLT);
	np_fsm_exit(&pools, v, VMWRITE, NP_LEVEL_L1, false);
	np_fsm_exit(&pools, v + 1, HLT, NP_LEVEL_L1, false);
	take(&snapshot[0]);
	np_account_l2_totals(&snapshot[0], &t);
	assert_int_equal(snapshot[0].isa, NP_ISA_VMX);
	assert_int_equal(snapshot[0].l2[CPUID].caused[VMREAD], 2);
	assert_int_equal(snapshot[0].l2[CPUID].resumed, 1);
	assert_int_equal(snapshot[0].unfinished[VMWRITE], 1);
	assert_int_equal(snapshot[0].outside[HLT], 1);
	assert_int_equal(snapshot[0].totals.exits, 6);
	assert_int_equal(snapshot[0].totals.nested_vmexits, 2);
	assert_int_equal(snapshot[0].totals.nested_injects, 2);
	assert_int_equal(snapshot[0].totals.nested_vmenters, 2);
	assert_int_equal(t.exits, 2);
	assert_int_equal(t.to_l1, 2);
	assert_int_equal(t.resumed, 1);
	assert_int_equal(t.caused[VMREAD], 2);
	assert_int_equal(t.caused_total, 2);
}

static void shared_row_is_counted_once(void **state)
{
	struct np_vcpu *v = vcpus;
	struct np_l2_totals t;

	enum { OWN = 31, SHARING = 5 };

	(void)state;
	pools.max_rows = VCPUS + OWN;
	for (uint32_t r = 0; r < OWN + SHARING; r++) {
		np_fsm_vmenter(&pools, v, false);
		exit_to_l1(v, r);
		np_fsm_exit(&pools, v, VMREAD, NP_LEVEL_L1, false);
	}
	np_fsm_vmenter(&pools, v, false);
	take(&snapshot[0]);
	np_account_l2_totals(&snapshot[0], &t);
	assert_int_equal(snapshot[0].l2[OWN - 1].caused[VMREAD], 1);
	assert_int_equal(snapshot[0].l2[OWN].caused[VMREAD], 0);
	assert_int_equal(snapshot[0].l2[NP_REASON_OTHER].caused[VMREAD], SHARING);
	assert_int_equal(snapshot[0].l2[NP_REASON_OTHER].exits, SHARING);
	assert_int_equal(t.caused_total, OWN + SHARING);
	assert_int_equal(t.exits, OWN + SHARING);
}

/* The window begins while L1 handles an L2 exit, and ends after it. */
static void handling_across_the_start(void **state)
{
	uint64_t all[NP_REASONS];

	(void)state;
	np_fsm_vmenter(&pools, vcpus, false);
	exit_to_l1(vcpus, CPUID);
	np_fsm_exit(&pools, vcpus, VMREAD, NP_LEVEL_L1, false);
	np_fsm_exit(&pools, vcpus, VMREAD, NP_LEVEL_L1, false);
	take(&snapshot[0]);
	np_fsm_exit(&pools, vcpus, VMREAD, NP_LEVEL_L1, false);
	np_fsm_exit(&pools, vcpus, VMRESUME, NP_LEVEL_L1, false);
	np_fsm_vmenter(&pools, vcpus, false);
	take(&snapshot[1]);
	np_account_diff(&window, &snapshot[1], &snapshot[0]);
	np_account_by_reason(&window, all);
	assert_int_equal(all[VMREAD], 1);
	assert_int_equal(all[VMRESUME], 1);
	assert_int_equal(all[CPUID], 0);
	assert_int_equal(window.l2[CPUID].caused[VMREAD], 3);
	assert_int_equal(window.carried[VMREAD], 2);
	assert_int_equal(window.unfinished[VMREAD], 0);
	assert_int_equal(window.totals.exits, 2);
}

static void random_event(int now)
{
	struct np_vcpu *v = &vcpus[rand() % VCPUS];
	uint32_t reason = rand() % 100; /* some are out of range */

	switch (rand() % 8) {
	case 0:
		np_fsm_inject(&pools, v, v->open == NP_REASON_NONE ? reason : v->open, false);
		injected[now]++;
		break;
	case 1:
	case 2:
		np_fsm_vmenter(&pools, v, false);
		entered[now]++;
		break;
	case 3:
		if (rand() % 4)
			break;
		np_fsm_gap(&pools, v);
		break;
	default:
		np_fsm_exit(&pools, v, reason, rand() % 3 ? NP_LEVEL_L1 : NP_LEVEL_L2, false);
		fed[now][np_reason_index(reason)]++;
	}
}

static void record(void)
{
	for (int now = 0; now < SNAPSHOTS; now++) {
		memset(fed[now], 0, sizeof(fed[now]));
		injected[now] = now ? injected[now - 1] : 0;
		entered[now] = now ? entered[now - 1] : 0;
		if (now)
			memcpy(fed[now], fed[now - 1], sizeof(fed[now]));
		for (int i = rand() % EVENTS_BETWEEN; i > 0; i--)
			random_event(now);
		take(&snapshot[now]);
	}
}

static void check_window(int from, int to, bool rows_for_all)
{
	uint64_t all[NP_REASONS], total = 0, fed_total = 0;

	np_account_diff(&window, &snapshot[to], &snapshot[from]);
	np_account_by_reason(&window, all);
	for (uint32_t r = 0; r < NP_REASONS; r++) {
		if (rows_for_all) /* else some of L2's are under NP_REASON_OTHER */
			assert_int_equal(all[r], fed[to][r] - fed[from][r]);
		fed_total += fed[to][r] - fed[from][r];
		total += all[r];
	}
	assert_int_equal(total, fed_total);
	assert_int_equal(window.totals.exits, total);
	assert_int_equal(window.totals.nested_injects, injected[to] - injected[from]);
	assert_int_equal(window.entries, entered[to] - entered[from]);
	assert_int_equal(window.totals.nested_vmenters, window.entries);
}

/* For every pair of moments, what was counted between them is what happened. */
static void every_window_is_exact(void **state)
{
	uint64_t carried = 0, unfinished = 0;

	for (int seed = 0; seed < 20; seed++) {
		srand(seed);
		fresh(state);
		pools.max_rows = seed % 2 ? TEST_ROWS : VCPUS + seed;
		record();
		for (int from = 0; from < SNAPSHOTS; from++) {
			for (int to = from; to < SNAPSHOTS; to++) {
				check_window(from, to, seed % 2);
				for (int r = 0; r < NP_REASONS; r++) {
					carried += window.carried[r];
					unfinished += window.unfinished[r];
				}
			}
		}
	}
	assert_true(carried > 0 && unfinished > 0); /* or nothing was tried */
}

static void nothing_seen(void **state)
{
	uint64_t all[NP_REASONS];
	static const uint64_t none[NP_REASONS];

	(void)state;
	memset(&snapshot[0], 0, sizeof(snapshot[0]));
	np_account_diff(&window, &snapshot[0], &snapshot[0]);
	np_account_by_reason(&window, all);
	assert_memory_equal(all, none, sizeof(none));
	assert_int_equal(window.isa, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rows_are_found_by_reason, fresh),
		cmocka_unit_test_setup(shared_row_is_counted_once, fresh),
		cmocka_unit_test_setup(handling_across_the_start, fresh),
		cmocka_unit_test_setup(every_window_is_exact, fresh),
		cmocka_unit_test_setup(nothing_seen, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
