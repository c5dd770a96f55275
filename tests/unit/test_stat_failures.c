// SPDX-License-Identifier: GPL-2.0-only
/* Entries into L2 that failed: how they are named, added up, and divided into intervals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "analysis/stat_model.h"
#include "tests/unit/fsm_pools.h"

#define SLOTS 2

static struct np_vcpu slot[SLOTS];
static struct stat_model *model;

static int begin(void **state)
{
	(void)state;
	fresh_pools(SLOTS, TEST_ROWS);
	memset(slot, 0, sizeof(slot));
	model = stat_model_new();
	return model ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	stat_model_free(model);
	return 0;
}

static void no_name(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	snprintf(name, NP_VM_NAME, "vm%d", (int)tgid);
}

static void see_vcpu(uint32_t s, pid_t tgid, bool gone)
{
	fresh_vcpu(&slot[s], s);
	slot[s].tgid = tgid;
	assert_int_equal(
		stat_model_vcpu(model, s, &slot[s], &pools, gone, no_name, NULL), 0);
}

static struct np_failure cause(uint32_t s, uint32_t outcome, const char *why)
{
	struct np_failure f = { .slot = s + 1, .outcome = outcome };

	snprintf(f.why, sizeof(f.why), "%s", why);
	return f;
}

static void fails(uint32_t s, const char *why, uint64_t n)
{
	struct np_failure f = cause(s, 7, why);

	assert_int_equal(stat_model_failure(model, s, &f, n), 0);
}

static struct stat_failures interval(enum stat_by by)
{
	struct stat_failures l = { 0 };

	assert_int_equal(stat_model_failures(model, by, &l), 0);
	stat_failures_sort(&l);
	stat_model_advance(model);
	return l;
}

static void expect(struct stat_failures *l, uint32_t i, pid_t tgid, const char *why, uint64_t n)
{
	assert_true(i < l->n);
	assert_int_equal(l->of[i].whose.tgid, tgid);
	assert_string_equal(l->of[i].cause.why, why);
	assert_int_equal(l->of[i].n, n);
}

static void intervals_have_what_came_in_them(void **state)
{
	struct stat_failures l;

	(void)state;
	see_vcpu(0, 10, false);
	fails(0, "a", 3);
	l = interval(STAT_BY_VM);
	assert_int_equal(l.n, 1);
	expect(&l, 0, 10, "a", 3);
	stat_failures_free(&l);
	see_vcpu(0, 10, false);
	fails(0, "a", 3);
	fails(0, "b", 1);
	l = interval(STAT_BY_VM);
	assert_int_equal(l.n, 1);
	expect(&l, 0, 10, "b", 1);
	stat_failures_free(&l);
}

static void vcpus_are_together_or_apart(void **state)
{
	struct stat_failures l = { 0 };

	(void)state;
	see_vcpu(0, 20, false);
	see_vcpu(1, 10, false);
	fails(0, "a", 3);
	fails(1, "a", 4);
	fails(1, "b", 5);
	assert_int_equal(stat_model_failures(model, STAT_BY_REASON, &l), 0);
	stat_failures_sort(&l);
	assert_int_equal(l.n, 2);
	expect(&l, 0, 0, "a", 7);
	expect(&l, 1, 0, "b", 5);
	stat_failures_free(&l);
	l = interval(STAT_BY_VCPU);
	assert_int_equal(l.n, 3);
	expect(&l, 0, 10, "b", 5);
	expect(&l, 1, 10, "a", 4);
	expect(&l, 2, 20, "a", 3);
	stat_failures_free(&l);
}

/* A slot's next vCPU begins anew, though its causes are the same. */
static void slots_change_hands(void **state)
{
	struct stat_failures l;

	(void)state;
	see_vcpu(0, 10, true);
	fails(0, "a", 9);
	l = interval(STAT_BY_VM);
	expect(&l, 0, 10, "a", 9);
	stat_failures_free(&l);
	see_vcpu(0, 30, false);
	fails(0, "a", 2);
	l = interval(STAT_BY_VM);
	assert_int_equal(l.n, 1);
	expect(&l, 0, 30, "a", 2);
	stat_failures_free(&l);
}

static void a_vcpu_nobody_asked_for_is_left_out(void **state)
{
	struct stat_failures l;

	(void)state;
	fails(1, "a", 2);
	l = interval(STAT_BY_VM);
	assert_int_equal(l.n, 0);
	stat_failures_free(&l);
}

static void is_named(uint32_t outcome, uint32_t err, const char *why, const char *outcome_is,
		     const char *why_is)
{
	struct stat_failure f = { .cause = cause(0, outcome, why) };
	char text[200];

	f.cause.err = err;
	stat_failure_outcome(&f, text, sizeof(text));
	assert_string_equal(text, outcome_is);
	stat_failure_why(&f, text, sizeof(text));
	assert_string_equal(text, why_is);
}

static void names(void **state)
{
	(void)state;
	is_named(7, 0, "x > y", "VM-instruction error 7, invalid control field", "x > y");
	is_named(99, 0, "", "VM-instruction error 99", "");
	is_named(NP_FAILED_EXIT | 33, 0, "x", "exit INVALID_STATE", "x");
	is_named(NP_FAILED_INVALID, 0, "x", "VMfailInvalid", "x");
	is_named(NP_FAILED_UNKNOWN, 0, "x", "not known", "x");
	is_named(7, 8, "hardware VM-instruction error: ",
		 "VM-instruction error 7, invalid control field",
		 "hardware VM-instruction error: 8");
}

/* Only exits that say so are entries that the CPU refused. */
static void the_cpus_own(void **state)
{
	const struct stat_whose whose = { .tgid = 5 };
	struct stat_failures l = { 0 };

	(void)state;
	for (uint32_t reason = 0; reason < NP_REASONS; reason++)
		assert_int_equal(stat_failures_add_exit(&l, &whose, NP_ISA_VMX, reason, 2), 0);
	assert_int_equal(stat_failures_add_exit(&l, &whose, NP_ISA_SVM, 33, 2), 0);
	assert_int_equal(stat_failures_add_exit(&l, &whose, NP_ISA_VMX, 33, 1), 0);
	stat_failures_sort(&l);
	assert_int_equal(l.n, 3);
	expect(&l, 0, 5, "found by the CPU", 3);
	expect(&l, 1, 5, "found by the CPU", 2);
	stat_failures_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(intervals_have_what_came_in_them, begin, end),
		cmocka_unit_test_setup_teardown(vcpus_are_together_or_apart, begin, end),
		cmocka_unit_test_setup_teardown(slots_change_hands, begin, end),
		cmocka_unit_test_setup_teardown(a_vcpu_nobody_asked_for_is_left_out, begin, end),
		cmocka_unit_test(names),
		cmocka_unit_test(the_cpus_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
