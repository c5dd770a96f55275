// SPDX-License-Identifier: GPL-2.0-only
/* What is advised, of cases where what is right is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "analysis/advise_report.h"
#include "analysis/result_fields.h"
#include "tests/unit/sample_calibration.h"

#define EXITS 1000
#define ROUND_TRIP 30000.0
#define COPY (KNOWN_SYNC / 59 / 2 + 2.5) /* in the middle between a VMREAD and all of a sync */

enum { VMREAD = 23, VMWRITE = 25, CPUID = 10 };

struct fixture {
	struct np_calibration *c;
	struct np_result *r;
	struct np_workload_result *w;
	struct np_advise_input in;
	struct np_advice a;
};

static void account_for(struct np_workload_result *w, const struct np_access *x)
{
	if (x->reason < NP_REASONS)
		w->account.l2[x->reason].caused[x->write ? VMWRITE : VMREAD] += x->count;
}

static void access_field(struct np_workload_result *w, uint64_t field, bool write, bool memory,
			 double per_exit)
{
	const struct np_access x = { .reason = CPUID, .field = field, .write = write,
				     .memory = memory, .count = per_exit * EXITS };

	assert_int_equal(np_fields_add(&w->fields, &x), 0);
	account_for(w, &x);
}

static struct np_workload_result *add_run(struct np_result *r, const char *arm)
{
	struct np_arm_result *a = np_result_add_arm(r, arm);
	struct np_workload_result *w = np_arm_add_workload(a, "sample");
	struct np_row *row = &w->account.l2[CPUID];

	w->iterations = w->traced_iterations = EXITS;
	w->account.isa = NP_ISA_VMX;
	w->has_account = w->has_fields = true;
	row->exits = row->to_l1 = row->resumed = EXITS;
	row->caused[24] = EXITS; /* VMRESUME */
	for (w->untraced.n = 0; w->untraced.n < 3; w->untraced.n++)
		w->untraced.ticks[w->untraced.n] = ROUND_TRIP;
	return w;
}

static int make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *missing;

	f->c = sample_calibration(NP_NR_COSTS);
	assert_int_equal(np_calibration_solve(f->c, &missing), 0);
	f->r = np_result_new();
	sample_machine(f->r);
	f->w = add_run(f->r, NP_ARM_OFF);
	f->in.run = f->w;
	*state = f;
	return 0;
}

static int unmake(void **state)
{
	struct fixture *f = *state;

	np_advice_free(&f->a);
	np_calibration_free(f->c);
	np_result_free(f->r);
	free(f);
	return 0;
}

static void advise(struct fixture *f)
{
	np_advice_free(&f->a);
	assert_int_equal(np_advise(&f->a, &f->in, f->c), 0);
}

static const struct np_field_advice *field(const struct fixture *f, uint64_t encoding)
{
	for (uint32_t i = 0; i < f->a.nr_fields; i++)
		if (f->a.field[i].use.field == encoding)
			return &f->a.field[i];
	fail_msg("no advice on field %lx", (long)encoding);
	return NULL;
}

/* Each kind of access once or more, and each with another cost on either side. */
static void use_all_kinds(struct np_workload_result *w)
{
	access_field(w, NP_FIELD_GUEST_RIP, false, false, 2);
	access_field(w, NP_FIELD_GUEST_RIP, true, true, 1);
	access_field(w, NP_FIELD_VM_EXIT_REASON, false, true, 1);
	access_field(w, NP_FIELD_VM_EXIT_REASON, true, false, 0.5);
	access_field(w, NP_FIELD_GUEST_ES_SELECTOR, false, false, 3);
	access_field(w, NP_FIELD_GUEST_ES_SELECTOR, true, true, 0.25);
}

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
	struct np_access x = { .reason = CPUID, .unknown = NP_UNKNOWN_UNMAPPED, .count = EXITS / 4 };

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

static struct np_advice_report *report_of(struct fixture *f, int want)
{
	struct np_advice_report *out = calloc(1, sizeof(*out));
	char why[200] = "";

	assert_int_equal(np_advice_report(out, f->r, f->c, 0, 0, why, sizeof(why)), want);
	assert_int_equal(!!why[0], !!want);
	return out;
}

static void a_report_has_measured_beside_predicted(void **state)
{
	struct fixture *f = *state;
	struct np_workload_result *on = add_run(f->r, NP_ARM_ON);
	struct np_advice_report *out;
	char *text;

	on->untraced.ticks[0] = on->untraced.ticks[1] = on->untraced.ticks[2] = 12345;
	use_all_kinds(f->w);
	out = report_of(f, 0);
	assert_int_equal(out->nr, 1);
	assert_string_equal(out->workload[0].arm, NP_ARM_OFF);
	assert_close(out->workload[0].measured_ticks, 12345, 1e-6);
	assert_close(out->workload[0].measured_exits, 1, 1e-6);
	assert_string_equal(out->stale, "");
	text = np_advice_to_json(out);
	assert_non_null(strstr(text, "\"measured\": 12345.0"));
	free(text);
	np_advice_report_free(out);
	free(out);
}

/* Neither NaN nor infinity is JSON. */
static void a_report_without_figures_has_null(void **state)
{
	struct fixture *f = *state;
	struct np_advice_report *out;
	const char *missing;
	char *text;

	np_calibration_free(f->c);
	f->c = sample_calibration(NP_COST_UNSHADOWED);
	assert_int_equal(np_calibration_solve(f->c, &missing), 0);
	use_all_kinds(f->w);
	np_result_set_env(f->r, "l0_kernel", "6.12");
	out = report_of(f, 0);
	assert_non_null(strstr(out->stale, "6.12"));
	text = np_advice_to_json(out);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf,"));
	assert_non_null(strstr(text, "\"then\": null"));
	free(text);
	np_advice_report_free(out);
	free(out);
}

static void a_result_without_fields_is_refused(void **state)
{
	struct fixture *f = *state;

	f->w->has_fields = false;
	free(report_of(f, -ENODATA));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

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
		TEST(a_report_has_measured_beside_predicted),
		TEST(a_report_without_figures_has_null),
		TEST(a_result_without_fields_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
