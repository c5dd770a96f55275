// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>

#define RESAMPLES 4000
#define SEED_1 20100910 /* any will do, but always the same */
#define SEED_2 40012345
#define FEW 50 /* up to here the rank test is computed exactly: more costs memory */
#define FAR 3.5	/* Iglewicz and Hoaglin's limit for the modified z-score */
#define LEAST_FOR_INTERVAL 3

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static uint32_t limited(uint32_t n)
{
	return n < NP_STATS_MAX ? n : NP_STATS_MAX;
}

/* Of a copy that is sorted already. */
static double sorted_median(const double *x, uint32_t n)
{
	return n ? (x[(n - 1) / 2] + x[n / 2]) / 2 : NAN;
}

double np_sample_median(const double *x, uint32_t n)
{
	double copy[NP_STATS_MAX];

	n = limited(n);
	memcpy(copy, x, n * sizeof(*x));
	qsort(copy, n, sizeof(*copy), ascending);
	return sorted_median(copy, n);
}

static double resampled_median(const double *x, uint32_t n)
{
	double copy[NP_STATS_MAX];

	for (uint32_t i = 0; i < n; i++)
		copy[i] = x[(uint32_t)(unif_rand() * n) % n];
	qsort(copy, n, sizeof(*copy), ascending);
	return sorted_median(copy, n);
}

/* The middle NP_LEVEL of what resampling gave. */
static struct np_interval middle(double *x, uint32_t n)
{
	uint32_t cut = (uint32_t)(n * (1 - NP_LEVEL) / 2);

	qsort(x, n, sizeof(*x), ascending);
	return (struct np_interval){ x[cut], x[n - 1 - cut] };
}

struct np_interval np_median_interval(const double *x, uint32_t n)
{
	static double medians[RESAMPLES];

	n = limited(n);
	if (n < LEAST_FOR_INTERVAL)
		return (struct np_interval){ NAN, NAN };
	set_seed(SEED_1, SEED_2);
	for (uint32_t i = 0; i < RESAMPLES; i++)
		medians[i] = resampled_median(x, n);
	return middle(medians, RESAMPLES);
}

struct np_interval np_change_interval(const double *a, uint32_t na, const double *b, uint32_t nb)
{
	static double changes[RESAMPLES];

	na = limited(na);
	nb = limited(nb);
	if (na < LEAST_FOR_INTERVAL || nb < LEAST_FOR_INTERVAL)
		return (struct np_interval){ NAN, NAN };
	set_seed(SEED_1, SEED_2);
	for (uint32_t i = 0; i < RESAMPLES; i++) {
		double before = resampled_median(a, na);

		changes[i] = before > 0 ? resampled_median(b, nb) / before - 1 : 0;
	}
	return middle(changes, RESAMPLES);
}

struct np_interval np_reduction_interval(const double *single, uint32_t ns, const double *off,
					 uint32_t nf, const double *on, uint32_t nn)
{
	static double reductions[RESAMPLES];

	ns = limited(ns);
	nf = limited(nf);
	nn = limited(nn);
	if (ns < LEAST_FOR_INTERVAL || nf < LEAST_FOR_INTERVAL || nn < LEAST_FOR_INTERVAL)
		return (struct np_interval){ NAN, NAN };
	set_seed(SEED_1, SEED_2);
	for (uint32_t i = 0; i < RESAMPLES; i++) {
		double without = resampled_median(off, nf);
		double overhead = without - resampled_median(single, ns);

		if (!(overhead > 0)) /* none to be reduced, as far as these samples tell */
			return (struct np_interval){ NAN, NAN };
		reductions[i] = (without - resampled_median(on, nn)) / overhead;
	}
	return middle(reductions, RESAMPLES);
}

struct ranked {
	double value;
	bool of_a;
};

static int by_value(const void *a, const void *b)
{
	return ascending(&((const struct ranked *)a)->value, &((const struct ranked *)b)->value);
}

/* The sum of a's ranks; equal values share theirs. *ties: the sum of t^3 - t over them. */
static double rank_sum(struct ranked *all, uint32_t n, double *ties)
{
	double sum = 0;

	*ties = 0;
	qsort(all, n, sizeof(*all), by_value);
	for (uint32_t i = 0, end; i < n; i = end) {
		double t;

		for (end = i; end < n && all[end].value == all[i].value; end++)
			;
		t = end - i;
		*ties += t * t * t - t;
		for (uint32_t k = i; k < end; k++)
			sum += all[k].of_a ? (i + 1 + end) / 2.0 : 0;
	}
	return sum;
}

/* By the normal distribution, corrected for ties and for the sum's being a count. */
static double approximate(double u, double na, double nb, double ties)
{
	double n = na + nb;
	double variance = na * nb / 12 * (n + 1 - ties / (n * (n - 1)));
	double distance = fabs(u - na * nb / 2) - 0.5;

	if (variance <= 0 || distance <= 0)
		return 1;
	return 2 * pnorm(-distance / sqrt(variance), 0, 1, true, false);
}

static double exact(double u, double na, double nb)
{
	double less = fmin(u, na * nb - u);
	double p = 2 * pwilcox(less, na, nb, true, false);

	wilcox_free();
	return fmin(p, 1);
}

double np_rank_test(const double *a, uint32_t na, const double *b, uint32_t nb)
{
	static struct ranked all[2 * NP_STATS_MAX];
	double u, ties;

	na = limited(na);
	nb = limited(nb);
	if (!na || !nb)
		return 1;
	for (uint32_t i = 0; i < na; i++)
		all[i] = (struct ranked){ a[i], true };
	for (uint32_t i = 0; i < nb; i++)
		all[na + i] = (struct ranked){ b[i], false };
	u = rank_sum(all, na + nb, &ties) - na * (na + 1.0) / 2;
	if (na <= FEW && nb <= FEW && ties == 0)
		return exact(u, na, nb);
	return approximate(u, na, nb, ties);
}

double np_rank_test_least(uint32_t na, uint32_t nb)
{
	return na && nb ? fmin(1, 2 / choose(na + nb, na)) : 1;
}

uint32_t np_outliers(const double *x, uint32_t n, uint32_t *index, uint32_t max)
{
	double deviation[NP_STATS_MAX], median = np_sample_median(x, n), scale;
	uint32_t found = 0;

	n = limited(n);
	for (uint32_t i = 0; i < n; i++)
		deviation[i] = fabs(x[i] - median);
	scale = np_sample_median(deviation, n) / qnorm(0.75, 0, 1, true, false);
	for (uint32_t i = 0; i < n && found < max; i++)
		if (scale > 0 && fabs(x[i] - median) > FAR * scale)
			index[found++] = i;
	return found;
}

void np_holm(double *p, uint32_t n)
{
	bool *done = calloc(n ?: 1, sizeof(*done));
	double least = 0;

	for (uint32_t k = 0; done && k < n; k++) {
		uint32_t at = n;

		for (uint32_t i = 0; i < n; i++)
			if (!done[i] && (at == n || p[i] < p[at]))
				at = i;
		done[at] = true;
		least = fmax(least, fmin(1, p[at] * (n - k)));
		p[at] = least;
	}
	for (uint32_t i = 0; !done && i < n; i++)
		p[i] = 1; /* without memory nothing is proven */
	free(done);
}

double np_rate_test(double count_a, double na, double count_b, double nb)
{
	double together = count_a + count_b, share;

	if (na <= 0 || nb <= 0 || together <= 0)
		return 1;
	share = na / (na + nb);
	/* Given how many there are in all, a's are binomial. */
	return fmin(1, 2 * fmin(pbinom(count_a, together, share, true, false),
				pbinom(count_a - 1, together, share, false, false)));
}
