// SPDX-License-Identifier: GPL-2.0-only
/* Counts that only grow, and those of intervals: nothing is lost or counted twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bpf/nested_fsm.h"
#include "collector/fields/window.h"

struct rig {
	struct fields_window window;
	struct fields_counts now, since;
	int64_t owed[2];
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct rig));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	struct rig *r = *state;

	fields_window_close(&r->window);
	fields_counts_clear(&r->now);
	fields_counts_clear(&r->since);
	free(r);
	return 0;
}

/* As read: so many accesses of the vCPU, told and counted. */
static void put(struct fields_counts *c, uint32_t vcpu, uint64_t told, uint64_t counted)
{
	const struct np_access a = { .tgid = 7, .vcpu = vcpu, .reason = NP_REASON_NONE,
				     .field = 0x4402, .count = told };

	assert_int_equal(np_fields_add(&c->fields, &a), 0);
	c->account.outside[NP_VMX_VMREAD] += counted;
}

static void turn(struct rig *r)
{
	assert_int_equal(fields_window_turn(&r->window, &r->now, &r->since), 0);
	np_fields_owe(&r->since.fields, &r->since.account, r->owed);
	fields_counts_clear(&r->now);
}

static void expect(const struct rig *r, uint64_t told, uint64_t counted)
{
	assert_int_equal(np_fields_total(&r->since.fields, false), told);
	assert_int_equal(np_account_accesses(&r->since.account, false), counted);
}

static void each_is_in_one_interval(void **state)
{
	struct rig *r = *state;

	put(&r->now, 0, 10, 10);
	turn(r);
	expect(r, 10, 10);
	put(&r->now, 0, 15, 15);
	put(&r->now, 1, 3, 3);
	turn(r);
	expect(r, 8, 8);
	put(&r->now, 0, 15, 15);
	put(&r->now, 1, 3, 3);
	turn(r);
	expect(r, 0, 0);
	assert_int_equal(r->since.fields.nr, 0); /* nothing is no row */
}

/* Its last counts are told once, and what comes to its place begins at 0. */
static void a_vcpu_that_is_gone(void **state)
{
	struct rig *r = *state;

	put(&r->now, 0, 10, 10);
	put(&r->now, 1, 4, 4);
	turn(r);
	put(&r->window.gone, 1, 9, 9);
	put(&r->now, 0, 11, 11);
	turn(r);
	expect(r, 6, 6);
	put(&r->now, 0, 11, 11);
	put(&r->now, 1, 2, 2);
	turn(r);
	expect(r, 2, 2);
}

/* Two that came and went between two intervals; turns of ten seconds add them up. */
static void vcpus_that_were_never_printed(void **state)
{
	struct rig *r = *state;

	put(&r->window.gone, 1, 9, 9);
	put(&r->window.gone, 1, 5, 5);
	put(&r->now, 0, 1, 1);
	turn(r);
	expect(r, 15, 15);
}

static void what_is_under_way_is_owed(void **state)
{
	struct rig *r = *state;

	put(&r->now, 0, 9, 10);
	turn(r);
	assert_int_equal(r->owed[false], 1);
	put(&r->now, 0, 20, 20); /* told now */
	turn(r);
	expect(r, 11, 10);
	assert_int_equal(r->owed[false], 0);
	assert_int_equal(np_fields_pay(&r->since.fields, r->owed), 0);
	assert_int_equal(np_fields_unknown(&r->since.fields), 0);
	put(&r->now, 0, 20, 22); /* and never */
	turn(r);
	assert_int_equal(np_fields_pay(&r->since.fields, r->owed), 0);
	assert_int_equal(np_fields_unknown_for(&r->since.fields, NP_UNKNOWN_EDGE), 2);
}

static void accounts_add_up(void **state)
{
	struct np_account *a = calloc(1, sizeof(*a)), *b = calloc(1, sizeof(*b));

	(void)state;
	a->l2[10].exits = 3;
	a->l2[10].caused[NP_VMX_VMREAD] = 21;
	a->entries = 3;
	b->isa = NP_ISA_VMX;
	b->l2[10].exits = 4;
	b->l2[10].caused[NP_VMX_VMREAD] = 28;
	b->entries = 4;
	b->unfinished[NP_VMX_VMWRITE] = 2;
	b->totals.lost = 1;
	np_account_add(a, b);
	assert_int_equal(a->isa, NP_ISA_VMX);
	assert_int_equal(a->l2[10].exits, 7);
	assert_int_equal(a->l2[10].caused[NP_VMX_VMREAD], 49);
	assert_int_equal(a->entries, 7);
	assert_int_equal(a->unfinished[NP_VMX_VMWRITE], 2);
	assert_int_equal(a->totals.lost, 1);
	free(a);
	free(b);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_is_in_one_interval),	    CASE(a_vcpu_that_is_gone),
		CASE(vcpus_that_were_never_printed), CASE(what_is_under_way_is_owed),
		cmocka_unit_test(accounts_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
