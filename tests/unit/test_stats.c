// SPDX-License-Identifier: GPL-2.0-only
/* Statistics, on samples of distributions that are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#define MATHLIB_STANDALONE
#include <Rmath.h>

#include "analysis/stats.h"

#define ROUNDS 400

#define assert_near(is, want, tolerance)                                                          \
	do {                                                                                       \
		if (!(fabs((is) - (want)) <= (tolerance)))                                         \
			fail_msg("%s is %.9g, not %.9g", #is, (double)(is), (double)(want));       \
	} while (0)

static unsigned int seed;

/* The code under test seeds the generator itself: each round has a state of its own. */
static void normal(double *x, uint32_t n, double mean, double deviation)
{
	set_seed(++seed, 77);
	for (uint32_t i = 0; i < 20; i++)
		unif_rand();
	for (uint32_t i = 0; i < n; i++)
		x[i] = mean + deviation * norm_rand();
}

/* As times are: never below what it takes, and now and then far above. */
static void skewed(double *x, uint32_t n, double least)
{
	set_seed(++seed, 78);
	for (uint32_t i = 0; i < 20; i++)
		unif_rand();
	for (uint32_t i = 0; i < n; i++)
		x[i] = least + 10 * exp_rand();
}

static void medians(void **state)
{
	static const double odd[] = { 9, 1, 5 }, even[] = { 4, 1, 3, 2 };

	(void)state;
	assert_near(np_sample_median(odd, 3), 5, 0);
	assert_near(np_sample_median(even, 4), 2.5, 0);
	assert_true(isnan(np_sample_median(odd, 0)));
}

/* Figures from R: wilcox.test(c(1.1,2.2,3.3), c(4.4,5.5,6.6,7.7))$p.value and so on. */
static void the_rank_test_is_rs(void **state)
{
	static const double a[] = { 1.1, 2.2, 3.3 }, b[] = { 4.4, 5.5, 6.6, 7.7 };
	static const double c[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
	static const double d[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
	static const double tied[] = { 1, 2, 2, 3 }, with[] = { 2, 3, 3, 4 };

	(void)state;
	assert_near(np_rank_test(a, 3, b, 4), 2.0 / 35, 1e-12);
	assert_near(np_rank_test(b, 4, a, 3), 2.0 / 35, 1e-12);
	assert_near(np_rank_test(c, 10, d, 5), 0.254412254, 1e-9);
	assert_near(np_rank_test(tied, 4, with, 4), 0.172033709, 1e-9);
	assert_near(np_rank_test(tied, 4, tied, 4), 1, 0);
	assert_near(np_rank_test(a, 0, b, 4), 1, 0);
	assert_near(np_rank_test_least(3, 4), 2.0 / 35, 1e-12);
	assert_near(np_rank_test_least(0, 4), 1, 0);
}

/* Of samples of one distribution, the test finds a difference as rarely as it says. */
static void no_difference_is_found_where_there_is_none(void **state)
{
	double a[60], b[60];
	uint32_t few = 0, many = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		skewed(a, 12, 1000);
		skewed(b, 12, 1000);
		few += np_rank_test(a, 12, b, 12) < 0.05;
		normal(a, 60, 1000, 10);
		normal(b, 60, 1000, 10);
		many += np_rank_test(a, 60, b, 60) < 0.05;
	}
	assert_in_range(few, ROUNDS * 0.02, ROUNDS * 0.09);
	assert_in_range(many, ROUNDS * 0.02, ROUNDS * 0.09);
}

static void a_difference_is_found_where_there_is_one(void **state)
{
	double a[20], b[20];
	uint32_t found = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		skewed(a, 20, 1000);
		skewed(b, 20, 1015);
		found += np_rank_test(a, 20, b, 20) < 0.05;
	}
	assert_true(found > ROUNDS * 0.95);
}

/* The true median of a shifted exponential is least + 10 ln 2. */
static void intervals_hold_the_truth_as_often_as_they_say(void **state)
{
	const double truth = 1000 + 10 * log(2);
	double x[25], y[25];
	uint32_t held = 0, held_change = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct np_interval m, c;

		skewed(x, 25, 1000);
		skewed(y, 25, 1100);
		m = np_median_interval(x, 25);
		c = np_change_interval(x, 25, y, 25);
		held += m.low <= truth && truth <= m.high;
		held_change += c.low <= (truth + 100) / truth - 1 &&
			       (truth + 100) / truth - 1 <= c.high;
	}
	assert_in_range(held, ROUNDS * 0.90, ROUNDS * 0.995);
	assert_in_range(held_change, ROUNDS * 0.90, ROUNDS * 0.995);
}

/* Overhead 1000 without, 600 with: the reduction is 40 %. */
static void the_reduction_is_in_its_interval(void **state)
{
	double single[20], off[20], on[20];
	struct np_interval i;

	(void)state;
	normal(single, 20, 100, 2);
	normal(off, 20, 1100, 20);
	normal(on, 20, 700, 20);
	i = np_reduction_interval(single, 20, off, 20, on, 20);
	assert_true(i.low < 0.4 && 0.4 < i.high && i.high - i.low < 0.05);
	assert_true(isnan(np_reduction_interval(off, 20, single, 20, on, 20).low));
	assert_true(isnan(np_reduction_interval(single, 2, off, 20, on, 20).low));
}

static void the_same_samples_give_the_same_interval(void **state)
{
	double x[30];
	struct np_interval a, b;

	(void)state;
	normal(x, 30, 500, 20);
	a = np_median_interval(x, 30);
	unif_rand();
	b = np_median_interval(x, 30);
	assert_true(a.low == b.low && a.high == b.high);
	assert_true(a.low < a.high);
	assert_true(isnan(np_median_interval(x, 2).low));
	assert_true(isnan(np_change_interval(x, 2, x, 30).high));
}

static void outliers_are_named(void **state)
{
	static const double x[] = { 10, 11, 9, 10, 95, 10.5, 9.5, -40 };
	static const double same[] = { 7, 7, 7, 7, 7, 9 };
	uint32_t index[8];

	(void)state;
	assert_int_equal(np_outliers(x, 8, index, 8), 2);
	assert_int_equal(index[0], 4);
	assert_int_equal(index[1], 7);
	assert_int_equal(np_outliers(x, 8, index, 1), 1);
	assert_int_equal(np_outliers(same, 6, index, 8), 0); /* no scale to judge by */
	assert_int_equal(np_outliers(x, 0, index, 8), 0);
}

static void holm_is_rs(void **state)
{
	double p[] = { 0.01, 0.04, 0.03, 0.005 }; /* p.adjust(p, "holm") */

	(void)state;
	np_holm(p, 4);
	assert_near(p[0], 0.03, 1e-12);
	assert_near(p[1], 0.06, 1e-12);
	assert_near(p[2], 0.06, 1e-12);
	assert_near(p[3], 0.02, 1e-12);
	np_holm(p, 0);
}

static void rates(void **state)
{
	(void)state;
	assert_near(np_rate_test(10, 100, 10, 100), 1, 0);
	assert_near(np_rate_test(0, 100, 0, 100), 1, 0);
	assert_near(np_rate_test(5, 0, 5, 100), 1, 0);
	assert_near(np_rate_test(0, 100, 6, 100), 2 * pow(0.5, 6), 1e-12);
	assert_true(np_rate_test(7000, 1000, 8000, 1000) < 1e-10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(medians),
		cmocka_unit_test(the_rank_test_is_rs),
		cmocka_unit_test(no_difference_is_found_where_there_is_none),
		cmocka_unit_test(a_difference_is_found_where_there_is_one),
		cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
		cmocka_unit_test(the_reduction_is_in_its_interval),
		cmocka_unit_test(the_same_samples_give_the_same_interval),
		cmocka_unit_test(outliers_are_named),
		cmocka_unit_test(holm_is_rs),
		cmocka_unit_test(rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
