// SPDX-License-Identifier: GPL-2.0-only
/* What is advised, of cases where what is right is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "tests/unit/advise_fixture.h"

static void shadow_on_is_what_it_was_made_to_be(void **state)
{
	struct fixture *f = *state;
	const struct np_prediction *p = &f->a.on;
	double accesses;

	use_all_kinds(f->w);
	advise(f);
	assert_true(f->a.has_prediction);
	assert_close(p->exits_now.value, 1 + 7.75, 1e-9);
	assert_close(p->exits_then.value, 1 + 0.5 + 3.25, 1e-9);
	assert_close(p->exits_then.error, 0, 0);
	accesses = 2 * (5 - 1100) + 1 * (8 - 2350)	/* no exits any more */
		   + 1 * (6 - 2300) + 0.5 * (1250 - 1150) /* read-only: writes exit, and longer */
		   + 3 * (1105 - 1100) + 0.25 * (2355 - 2350);
	assert_close(p->accesses.value, accesses, 1e-6);
	assert_close(p->sync.value, KNOWN_SYNC, 1e-6);
	assert_close(p->ticks_then.value, ROUND_TRIP + accesses + KNOWN_SYNC, 1e-6);
	assert_close(p->ticks_then.error, 0, 1e-6);
}

/* Exits that L0 keeps have no sync; L2 can exit more than once in an iteration. */
static void the_sync_is_charged_for_round_trips_alone(void **state)
{
	struct fixture *f = *state;
	struct np_row *kept = &f->w->account.l2[1];

	kept->exits = kept->l0_only = EXITS;
	access_field(f->w, NP_FIELD_GUEST_RIP, false, false, 2);
	advise(f);
	assert_close(f->a.trips, 0.5, 1e-9);
	assert_close(f->a.on.sync.value, KNOWN_SYNC / 2, 1e-6);
	assert_close(f->a.on.ticks_now.value, ROUND_TRIP / 2, 1e-6);
	assert_close(f->a.on.ticks_then.value,
		     (ROUND_TRIP + 2 * (5 - 1100) + KNOWN_SYNC) / 2, 1e-6);
}

/* Warm-ups and halts are counted, but not timed. */
static void what_is_not_timed_is_left_out(void **state)
{
	struct fixture *f = *state;

	f->w->account.l2[CPUID].exits += 16 + 2;
	f->in.warm_up = 16;
	f->in.halts = 2;
	access_field(f->w, NP_FIELD_GUEST_RIP, false, false, 1);
	advise(f);
	assert_close(f->a.on.ticks_now.value, ROUND_TRIP, 1e-6);
}

static void what_is_unknown_is_uncertain(void **state)
{
	struct fixture *f = *state;
	struct np_access x = { .reason = CPUID,
			       .unknown = NP_UNKNOWN_UNMAPPED,
			       .count = EXITS / 4 };

	access_field(f->w, NP_FIELD_GUEST_RIP, false, false, 2);
	np_fields_add(&f->w->fields, &x);
	account_for(f->w, &x);
	x = (struct np_access){ .reason = NP_REASON_NONE, .field = NP_FIELD_GUEST_RIP,
				.count = 7 * EXITS }; /* while no exit of L2 was handled */
	np_fields_add(&f->w->fields, &x);
	advise(f);
	assert_close(f->a.unknown, 0.25, 1e-9);
	assert_close(f->a.on.exits_then.value, 1.25, 1e-9);
	assert_close(f->a.on.exits_then.error, 0.25, 1e-9);
	assert_true(f->a.on.ticks_then.error >= 0.25 * 1100);
}

/* A cost that no sweep told makes what takes it unknown, not wrong; and nothing else. */
static void without_its_calibration_a_field_is_not_judged(void **state)
{
	struct fixture *f = *state;
	const char *missing;

	np_calibration_free(f->c);
	f->c = sample_calibration(NP_COST_UNSHADOWED);
	assert_int_equal(np_calibration_solve(f->c, &missing), 0);
	access_field(f->w, NP_FIELD_GUEST_RIP, false, false, 2);
	access_field(f->w, NP_FIELD_GUEST_ES_SELECTOR, false, false, 1);
	advise(f);
	assert_close(f->a.on.exits_then.value, 2, 1e-9);
	assert_true(isnan(f->a.on.ticks_then.value));
	assert_int_equal(field(f, NP_FIELD_GUEST_ES_SELECTOR)->best, NP_SHADOW_NO);
	assert_false(field(f, NP_FIELD_GUEST_ES_SELECTOR)->proven);
	assert_int_equal(field(f, NP_FIELD_VM_EXIT_REASON)->best, NP_SHADOW_NO);
}

static void a_field_is_shadowed_for_what_it_is_used_for(void **state)
{
	struct fixture *f = *state;
	const struct np_field_advice *read, *written, *unused;

	access_field(f->w, NP_FIELD_GUEST_ES_SELECTOR, false, false, 1);
	access_field(f->w, NP_FIELD_GUEST_CS_SELECTOR, true, false, 1);
	advise(f);
	read = field(f, NP_FIELD_GUEST_ES_SELECTOR);
	assert_int_equal(read->best, NP_SHADOW_RO);
	assert_true(read->proven);
	assert_close(read->as[NP_SHADOW_RO].value, 5 + COPY - 1105, 1e-6);
	assert_close(read->as[NP_SHADOW_RW].value, 5 + 2 * COPY - 1105, 1e-6);
	assert_close(read->exits[NP_SHADOW_NO], 1, 1e-9);
	assert_close(read->exits[NP_SHADOW_RO], 0, 1e-9);
	written = field(f, NP_FIELD_GUEST_CS_SELECTOR);
	assert_int_equal(written->best, NP_SHADOW_RW);
	assert_close(written->as[NP_SHADOW_RO].value, 1250 + COPY - 1155, 1e-6);
	unused = field(f, NP_FIELD_GUEST_CR3);
	assert_int_equal(unused->is, NP_SHADOW_RW);
	assert_int_equal(unused->best, NP_SHADOW_NO);
	assert_close(unused->as[NP_SHADOW_NO].value, -2 * COPY, 1e-6);
}

/* Used once in a while, a field costs what its copies do. */
static void what_is_in_doubt_is_not_proven(void **state)
{
	struct fixture *f = *state;

	access_field(f->w, NP_FIELD_GUEST_ES_SELECTOR, false, false, 0.01);
	advise(f);
	assert_false(field(f, NP_FIELD_GUEST_ES_SELECTOR)->proven);
}

/* All lists there could be of these fields, one by one. */
static double best_of_all(const struct np_field_advice *const *fields, int n)
{
	double least = fields[0]->as[0].value, rest;

	for (int i = 0; i < 3; i++) {
		rest = n > 1 ? best_of_all(fields + 1, n - 1) : 0;
		if (i == 0 || fields[0]->as[i].value + rest < least)
			least = fields[0]->as[i].value + rest;
	}
	return least;
}

static void no_other_set_is_better(void **state)
{
	struct fixture *f = *state;
	const struct np_field_advice *some[6];
	double chosen = 0;

	use_all_kinds(f->w);
	access_field(f->w, NP_FIELD_GUEST_RFLAGS, true, false, 0.02);
	access_field(f->w, NP_FIELD_IDT_VECTORING_INFO_FIELD, false, false, 0.01);
	access_field(f->w, NP_FIELD_HOST_RSP, true, false, 0.03);
	advise(f);
	some[0] = field(f, NP_FIELD_GUEST_RIP);
	some[1] = field(f, NP_FIELD_VM_EXIT_REASON);
	some[2] = field(f, NP_FIELD_GUEST_ES_SELECTOR);
	some[3] = field(f, NP_FIELD_GUEST_RFLAGS);
	some[4] = field(f, NP_FIELD_IDT_VECTORING_INFO_FIELD);
	some[5] = field(f, NP_FIELD_HOST_RSP);
	for (int i = 0; i < 6; i++)
		chosen += some[i]->as[some[i]->best].value;
	assert_close(chosen, best_of_all(some, 6), 1e-6);
	chosen = 0;
	for (uint32_t i = 0; i < f->a.nr_fields; i++)
		chosen += f->a.field[i].as[f->a.field[i].best].value;
	assert_close(f->a.best.value, chosen, 1e-6);
}

/* Half of the exits of L2 are of either: so are the uses. */
static void workloads_together_are_each_alike(void **state)
{
	struct fixture *f = *state;
	struct np_advice other, both;
	const struct np_advice *of[] = { &f->a, &other };
	const struct np_field_advice *rip = NULL;

	access_field(f->w, NP_FIELD_GUEST_RIP, false, false, 2);
	advise(f);
	access_field(f->w, NP_FIELD_GUEST_ES_SELECTOR, false, false, 1);
	assert_int_equal(np_advise(&other, &f->in, f->c), 0);
	assert_int_equal(np_advise_together(&both, of, 2, f->c), 0);
	for (uint32_t i = 0; i < both.nr_fields; i++)
		if (both.field[i].use.field == NP_FIELD_GUEST_RIP)
			rip = &both.field[i];
	assert_non_null(rip);
	assert_close(rip->use.times[NP_READ], 2, 1e-9);
	assert_close(both.trips, 1, 1e-9);
	/* The first wants no ES, at no cost; the other's saving is halved, but for the copy. */
	assert_close(both.best.value - f->a.best.value, (5 - 1105) / 2.0 + COPY, 1e-6);
	np_advice_free(&other);
	np_advice_free(&both);
}

static void a_field_that_the_cpu_lacks_is_not_shadowed(void **state)
{
	struct fixture *f = *state;

	f->in.lacking = 1u << NP_NEEDS_PML;
	access_field(f->w, NP_FIELD_GUEST_PML_INDEX, false, false, 1);
	advise(f);
	assert_close(f->a.on.exits_then.value, 2, 1e-9);
	assert_int_equal(field(f, NP_FIELD_GUEST_PML_INDEX)->is, NP_SHADOW_NO);
	assert_string_equal(field(f, NP_FIELD_GUEST_PML_INDEX)->lacks, "pml");
}

/* With shadow VMCS on, nobody sees what is shadowed. */
static void with_shadow_vmcs_on_only_what_exits_is_judged(void **state)
{
	struct fixture *f = *state;

	f->in.shadow_on = true;
	access_field(f->w, NP_FIELD_VM_EXIT_INTR_INFO, true, false, 0.5);
	access_field(f->w, NP_FIELD_GUEST_ES_SELECTOR, false, false, 1);
	advise(f);
	assert_false(f->a.has_prediction);
	assert_false(field(f, NP_FIELD_VM_EXIT_INTR_INFO)->counted);
	assert_false(field(f, NP_FIELD_GUEST_RIP)->counted);
	assert_int_equal(field(f, NP_FIELD_GUEST_RIP)->best, NP_SHADOW_RW);
	assert_int_equal(field(f, NP_FIELD_GUEST_ES_SELECTOR)->best, NP_SHADOW_RO);
}

static void nothing_is_made_of_nothing(void **state)
{
	struct fixture *f = *state;

	f->w->has_fields = false;
	assert_int_equal(np_advise(&f->a, &f->in, f->c), -ENODATA);
	f->w->has_fields = true;
	f->w->account.l2[CPUID].exits = 0;
	assert_int_equal(np_advise(&f->a, &f->in, f->c), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shadow_on_is_what_it_was_made_to_be),
		TEST(the_sync_is_charged_for_round_trips_alone),
		TEST(what_is_not_timed_is_left_out),
		TEST(what_is_unknown_is_uncertain),
		TEST(without_its_calibration_a_field_is_not_judged),
		TEST(a_field_is_shadowed_for_what_it_is_used_for),
		TEST(what_is_in_doubt_is_not_proven),
		TEST(no_other_set_is_better),
		TEST(workloads_together_are_each_alike),
		TEST(a_field_that_the_cpu_lacks_is_not_shadowed),
		TEST(with_shadow_vmcs_on_only_what_exits_is_judged),
		TEST(nothing_is_made_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
