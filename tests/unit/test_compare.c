// SPDX-License-Identifier: GPL-2.0-only
/* Two results against each other. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/compare.h"
#include "analysis/result_variant.h"
#include "tests/unit/sample_result.h"

static char why[1024];

/* cpuid nested, in `repetitions` of about `ticks`, which spread by a few. */
static struct np_result *measured(bool emulated, double ticks, uint32_t repetitions)
{
	static const struct sample_cause causes[] = { { "VMREAD", 7 },
						      { "VMRESUME", 1 },
						      { NULL } };
	struct np_result *r = np_result_new();
	struct np_workload_result *w =
		sample_workload(sample_arm(r, "shadow-off", "N"), "cpuid", ticks, ticks);

	r->emulated = emulated;
	sample_account(w, "CPUID", causes);
	strcpy(r->time_unit, "ticks of something");
	assert_int_equal(np_result_set_env(r, "cpu_model", "one"), 0);
	assert_int_equal(np_result_set_env(r, "l0_kernel", "6.1"), 0);
	for (w->untraced.n = 0; w->untraced.n < repetitions; w->untraced.n++)
		w->untraced.ticks[w->untraced.n] = ticks + (w->untraced.n * 7) % 11 / 3.0 +
						   w->untraced.n / 1000.0;
	return r;
}

static struct np_workload_result *only(struct np_result *r)
{
	return r->arms[0]->workloads[0];
}

static int run(struct np_compare *c, struct np_result *old, struct np_result *new)
{
	why[0] = '\0';
	return np_compare(c, old, new, why, sizeof(why));
}

static void done(struct np_compare *c, struct np_result *old, struct np_result *new)
{
	np_compare_free(c);
	np_result_free(old);
	np_result_free(new);
}

static const struct np_compared *row(const struct np_compare *c, const char *metric)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (!strcmp(c->rows[i].metric, metric))
			return &c->rows[i];
	fail_msg("no row of %s", metric);
	return NULL;
}

static void in_the_lab_one_instruction_is_a_difference(void **state)
{
	struct np_result *old = measured(true, 20000, 3), *new = measured(true, 20000, 3);
	struct np_compare c;

	(void)state;
	assert_int_equal(run(&c, old, new), 0);
	assert_int_equal(c.n, 3);
	assert_int_equal(row(&c, "round_trip")->verdict, NP_SAME);
	assert_int_equal(row(&c, "l0_exits")->verdict, NP_SAME);
	assert_int_equal(np_compare_worse(&c, 0), 0);
	np_compare_free(&c);
	only(new)->untraced.ticks[2] += 1.0 / 100; /* of 100 iterations, one took one more */
	assert_int_equal(run(&c, old, new), 0);
	assert_int_equal(row(&c, "round_trip")->verdict, NP_WORSE);
	assert_int_equal(np_compare_worse(&c, 0), 1);
	assert_int_equal(np_compare_worse(&c, 0.01), 0);
	done(&c, old, new);
}

static void on_hardware_it_must_be_proven(void **state)
{
	struct np_result *old = measured(false, 20000, 20), *new = measured(false, 20000.1, 20);
	struct np_compare c;

	(void)state;
	assert_int_equal(run(&c, old, new), 0);
	assert_int_equal(row(&c, "round_trip")->verdict, NP_UNPROVEN);
	assert_false(row(&c, "round_trip")->few);
	done(&c, old, new);
	old = measured(false, 20000, 20);
	new = measured(false, 19000, 20);
	assert_int_equal(run(&c, old, new), 0);
	assert_int_equal(row(&c, "round_trip")->verdict, NP_BETTER);
	assert_close(row(&c, "round_trip")->change, -0.05, 0.001);
	assert_true(row(&c, "round_trip")->interval.low < -0.05);
	assert_true(row(&c, "round_trip")->interval.high < 0);
	done(&c, old, new);
}

static void three_repetitions_prove_nothing(void **state)
{
	struct np_result *old = measured(false, 20000, 3), *new = measured(false, 40000, 3);
	struct np_compare c;

	(void)state;
	assert_int_equal(run(&c, old, new), 0);
	assert_int_equal(row(&c, "round_trip")->verdict, NP_UNPROVEN);
	assert_true(row(&c, "round_trip")->few);
	done(&c, old, new);
}

static void exits_are_compared_as_rates(void **state)
{
	struct np_result *old = measured(false, 20000, 20), *new = measured(false, 20000, 20);
	struct np_row *r = &only(new)->account.l2[sample_reason("CPUID")];
	struct np_compare c;

	(void)state;
	r->caused[sample_reason("EXTERNAL_INTERRUPT")] += 3;
	assert_int_equal(run(&c, old, new), 0);
	assert_int_equal(row(&c, "l0_exits")->verdict, NP_UNPROVEN);
	np_compare_free(&c);
	r->caused[sample_reason("VMREAD")] += r->exits;
	assert_int_equal(run(&c, old, new), 0);
	assert_int_equal(row(&c, "l0_exits")->verdict, NP_WORSE);
	assert_close(row(&c, "l0_exits")->new, 9, 0.1);
	done(&c, old, new);
}

static void what_differs_is_told(void **state)
{
	struct np_result *old = measured(true, 20000, 3), *new = measured(true, 20000, 3);
	struct np_compare c;

	(void)state;
	np_result_set_env(new, "l0_kernel", "6.12");
	assert_int_equal(run(&c, old, new), 0);
	assert_int_equal(c.nr_facts, 1);
	assert_string_equal(c.facts[0], "l0_kernel: 6.1 -> 6.12");
	done(&c, old, new);
}

static void refused(struct np_result *old, struct np_result *new, const char *text)
{
	struct np_compare c;

	assert_int_equal(run(&c, old, new), -EINVAL);
	if (!strstr(why, text))
		assert_string_equal(why, text); /* fails, and shows both */
	done(&c, old, new);
}

static void what_cannot_be_compared_is_refused(void **state)
{
	struct np_result *new;

	(void)state;
	refused(measured(true, 1, 3), measured(false, 1, 3), "the old one is emulated");
	new = measured(true, 1, 3);
	strcpy(new->time_unit, "seconds");
	refused(measured(true, 1, 3), new, "units differ: the old one has ticks");
	new = measured(true, 1, 3);
	np_result_set_env(new, "cpu_model", "another");
	refused(measured(true, 1, 3), new, "cpu_model is one in the old one and another in the");
	new = measured(true, 1, 3);
	only(new)->account.isa = NP_ISA_SVM;
	refused(measured(true, 1, 3), new, "different instruction sets: VMX, and the new one SVM");
	new = measured(true, 1, 3);
	only(new)->iterations = 7;
	refused(measured(true, 1, 3), new, "cpuid in shadow-off: 1000 iterations against 7");
	refused(measured(true, 1, 3), measured(true, 1, 4), "3 repetitions against 4");
	new = measured(true, 1, 3);
	strcpy(only(new)->name, "pio");
	refused(measured(true, 1, 3), new, "no workload of the same arm");
	new = measured(true, 1, 3);
	assert_int_equal(np_result_make_variant(new, "6.12"), 0);
	refused(measured(true, 1, 3), new, "no workload of the same arm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_lab_one_instruction_is_a_difference),
		cmocka_unit_test(on_hardware_it_must_be_proven),
		cmocka_unit_test(three_repetitions_prove_nothing),
		cmocka_unit_test(exits_are_compared_as_rates),
		cmocka_unit_test(what_differs_is_told),
		cmocka_unit_test(what_cannot_be_compared_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
