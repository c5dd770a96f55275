// SPDX-License-Identifier: GPL-2.0-only
/* Intervals out of snapshots: VMs come and go, and no exit is lost or counted twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stat_model.h"
#include "analysis/stat_sparse.h"
#include "bpf/nested_fsm.h"
#include "tests/unit/fsm_pools.h"

#define SLOTS 4
#define VMS 6
#define ROUNDS 60

static struct np_vcpu slot[SLOTS];
static uint64_t fed[VMS][NP_REASONS], counted[VMS][NP_REASONS], anybodys[NP_REASONS];
static uint32_t names_asked;

static int fresh(void **state)
{
	(void)state;
	fresh_pools(SLOTS, TEST_ROWS);
	memset(slot, 0, sizeof(slot));
	memset(fed, 0, sizeof(fed));
	memset(counted, 0, sizeof(counted));
	memset(anybodys, 0, sizeof(anybodys));
	names_asked = 0;
	return 0;
}

static void name(pid_t tgid, char text[NP_VM_NAME], void *arg)
{
	(void)arg;
	names_asked++;
	snprintf(text, NP_VM_NAME, "vm%d", (int)tgid);
}

static void start_vcpu(uint32_t s, pid_t tgid, uint32_t id)
{
	fresh_vcpu(&slot[s], s);
	slot[s].key = 0xffff888000000000 + s;
	slot[s].tgid = tgid;
	slot[s].vcpu_id = id;
}

static void end_vcpu(uint32_t s)
{
	np_fsm_gap(&pools, &slot[s]);
	slot[s].key = NP_KEY_GONE;
}

static void any_event(struct np_vcpu *v)
{
	uint32_t reason = rand() % NP_REASONS;

	switch (rand() % 4) {
	case 0:
		np_fsm_vmenter(&pools, v, false);
		break;
	case 1:
		np_fsm_inject(&pools, v, reason, false);
		break;
	default:
		np_fsm_exit(&pools, v, reason, 1 + rand() % 2, false);
		fed[v->tgid - 1][reason]++;
		break;
	}
}

/* What stat does with the programs' map. */
static void snapshot(struct stat_model *m)
{
	for (uint32_t s = 0; s < SLOTS; s++) {
		bool gone = slot[s].key == NP_KEY_GONE;

		if (!slot[s].key)
			continue;
		assert_int_equal(stat_model_vcpu(m, s, &slot[s], &pools, gone, name, NULL), 0);
		if (gone)
			recycle_vcpu(&slot[s]);
	}
}

static int add_window(const struct stat_whose *whose, const struct np_account *w,
		     const struct np_trip_hists *trips, void *arg)
{
	uint64_t all[NP_REASONS];
	char text[NP_VM_NAME];

	(void)trips, (void)arg;
	np_account_by_reason(w, all);
	if (!whose->tgid) {
		assert_string_equal(whose->vm, "");
		assert_true(whose->vcpu == NP_ANY_VCPU);
		for (int i = 0; i < NP_REASONS; i++)
			anybodys[i] += all[i];
		return 0;
	}
	snprintf(text, sizeof(text), "vm%d", (int)whose->tgid);
	assert_string_equal(whose->vm, text);
	for (int i = 0; i < NP_REASONS; i++)
		counted[whose->tgid - 1][i] += all[i];
	return 0;
}

static void run_rounds(struct stat_model *m, enum stat_by by)
{
	pid_t next = 0;

	for (int round = 0; round < ROUNDS; round++) {
		for (uint32_t s = 0; s < SLOTS; s++)
			if (!slot[s].key && rand() % 2)
				start_vcpu(s, 1 + next++ % VMS, s);
		for (uint32_t s = 0; s < SLOTS; s++)
			for (int i = 0; slot[s].key && i < 50; i++)
				any_event(&slot[s]);
		if (slot[round % SLOTS].key && rand() % 2)
			end_vcpu(round % SLOTS);
		snapshot(m);
		assert_int_equal(stat_model_windows(m, by, add_window, NULL), 0);
		stat_model_advance(m);
	}
}

static void check_sums(enum stat_by by)
{
	for (int r = 0; r < NP_REASONS; r++) {
		uint64_t all = 0;

		for (int vm = 0; vm < VMS; vm++) {
			if (by != STAT_BY_REASON)
				assert_int_equal(counted[vm][r], fed[vm][r]);
			all += fed[vm][r];
		}
		if (by == STAT_BY_REASON)
			assert_int_equal(anybodys[r], all);
	}
}

static void every_exit_is_in_one_interval(void **state)
{
	for (int by = STAT_BY_REASON; by <= STAT_BY_VCPU; by++)
		for (int seed = 0; seed < 20; seed++) {
			struct stat_model *m = stat_model_new();

			srand(seed);
			fresh(state);
			assert_non_null(m);
			run_rounds(m, by);
			check_sums(by);
			stat_model_free(m);
		}
}

struct order {
	uint32_t n;
	struct stat_whose whose[8];
};

static int note_whose(const struct stat_whose *whose, const struct np_account *w,
		     const struct np_trip_hists *trips, void *arg)
{
	struct order *o = arg;

	(void)w, (void)trips;
	o->whose[o->n++] = *whose;
	return 0;
}

static void windows_are_in_order(void **state)
{
	struct stat_model *m = stat_model_new();
	struct order by_vm = { 0 }, by_vcpu = { 0 };

	(void)state;
	start_vcpu(0, 7, 1);
	start_vcpu(1, 3, 0);
	start_vcpu(2, 7, 0);
	snapshot(m);
	assert_int_equal(names_asked, 2);
	snapshot(m);
	assert_int_equal(names_asked, 2);
	stat_model_windows(m, STAT_BY_VM, note_whose, &by_vm);
	stat_model_windows(m, STAT_BY_VCPU, note_whose, &by_vcpu);
	assert_int_equal(by_vm.n, 2);
	assert_int_equal(by_vm.whose[0].tgid, 3);
	assert_true(by_vm.whose[1].vcpu == NP_ANY_VCPU);
	assert_int_equal(by_vcpu.n, 3);
	assert_int_equal(by_vcpu.whose[1].tgid, 7);
	assert_int_equal(by_vcpu.whose[1].vcpu, 0);
	assert_int_equal(by_vcpu.whose[2].vcpu, 1);
	stat_model_free(m);
}

static void gone_vcpu_counts_once(void **state)
{
	struct stat_model *m = stat_model_new();

	(void)state;
	start_vcpu(0, 1, 0);
	np_fsm_exit(&pools, &slot[0], 10, NP_LEVEL_L1, false);
	end_vcpu(0);
	for (int i = 0; i < 3; i++) {
		snapshot(m);
		stat_model_windows(m, STAT_BY_VM, add_window, NULL);
		stat_model_advance(m);
	}
	assert_int_equal(counted[0][10], 1);
	stat_model_free(m);
}

static int fail_with(const struct stat_whose *whose, const struct np_account *w,
		     const struct np_trip_hists *trips, void *arg)
{
	(void)whose, (void)w, (void)trips;
	++*(int *)arg;
	return -7;
}

static void error_ends_the_walk(void **state)
{
	struct stat_model *m = stat_model_new();
	int calls = 0;

	(void)state;
	start_vcpu(0, 1, 0);
	start_vcpu(1, 2, 0);
	snapshot(m);
	assert_int_equal(stat_model_windows(m, STAT_BY_VM, fail_with, &calls), -7);
	assert_int_equal(calls, 1);
	stat_model_free(m);
	stat_model_free(NULL);
}

/* Each has been through ten kinds of L2 exits, for six reasons of L1's each. */
static void hundreds_of_vcpus_fit(void **state)
{
	struct stat_model *m = stat_model_new();
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;

	(void)state;
	start_vcpu(0, 1, 0);
	for (int i = 0; i < 60; i++) {
		np_fsm_exit(&pools, &slot[0], i % 10, NP_LEVEL_L2, false);
		np_fsm_inject(&pools, &slot[0], i % 10, false);
		for (int k = 0; k < 6; k++)
			np_fsm_exit(&pools, &slot[0], 20 + k, NP_LEVEL_L1, false);
		np_fsm_vmenter(&pools, &slot[0], false);
	}
	for (int round = 0; round < 2; round++) {
		for (uint32_t s = 0; s < NP_MAX_VCPUS; s++)
			assert_int_equal(stat_model_vcpu(m, s, &slot[0], &pools, false, name,
							 NULL), 0);
		if (!round)
			stat_model_advance(m);
	}
	assert_true(mallinfo2().uordblks + mallinfo2().hblkhd - before < 3 << 20);
	stat_model_free(m);
}

static void sparse_words(void **state)
{
	uint64_t words[200] = { [1] = 5, [4] = UINT64_MAX, [150] = 1, [199] = 300 };
	uint64_t sum[200] = { 1, 1, 1 };
	const struct np_sparse_word list[] = { { 4, 127 }, { 5, 128 }, { 4000000000, 9 } };
	struct np_sparse s = { 0 }, moved = { 0 };
	struct np_sparse_walk w = { .s = &s };

	(void)state;
	assert_int_equal(np_sparse_pack(&s, words, sizeof(words)), 0);
	np_sparse_add(&s, sum);
	assert_int_equal(sum[0], 1);
	assert_int_equal(sum[1], 6);
	assert_true(sum[4] == UINT64_MAX);
	assert_int_equal(sum[150], 1);
	assert_int_equal(sum[199], 300);
	np_sparse_move(&moved, &s);
	assert_null(s.bytes);
	memset(words, 0, sizeof(words));
	assert_int_equal(np_sparse_pack(&moved, words, sizeof(words)), 0);
	assert_int_equal(moved.size, 0);
	assert_non_null(moved.bytes); /* zeros are known, not unknown */
	assert_int_equal(np_sparse_pack_list(&s, list, 3), 0);
	for (int i = 0; i < 3; i++) {
		assert_true(np_sparse_next(&w));
		assert_int_equal(w.word.index, list[i].index);
		assert_int_equal(w.word.value, list[i].value);
	}
	assert_false(np_sparse_next(&w));
	np_sparse_free(&s);
	np_sparse_free(&moved);
	np_sparse_free(&moved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_exit_is_in_one_interval, fresh),
		cmocka_unit_test_setup(windows_are_in_order, fresh),
		cmocka_unit_test_setup(gone_vcpu_counts_once, fresh),
		cmocka_unit_test_setup(error_ends_the_walk, fresh),
		cmocka_unit_test_setup(hundreds_of_vcpus_fit, fresh),
		cmocka_unit_test(sparse_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
