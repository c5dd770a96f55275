/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Statistics of times on real hardware: nothing is taken for granted about how they are
 * distributed. The same samples give the same figures, resampled or not.
 */
#ifndef NESTPROF_STATS_H
#define NESTPROF_STATS_H

#include <stdbool.h>
#include <stdint.h>

#define NP_LEVEL 0.95	 /* of every interval */
#define NP_STATS_MAX 4096 /* samples that are looked at; more are left out */

struct np_interval {
	double low, high; /* NaN: too few samples to say */
};

double np_sample_median(const double *x, uint32_t n); /* NaN without samples */

/* Where the median is, by bootstrap. */
struct np_interval np_median_interval(const double *x, uint32_t n);

/* Where median(b) / median(a) - 1 is, by bootstrap. */
struct np_interval np_change_interval(const double *a, uint32_t na, const double *b, uint32_t nb);

/* Where (off - on) / (off - single) of the medians is: Turtles' reduction of overhead. */
struct np_interval np_reduction_interval(const double *single, uint32_t ns, const double *off,
					 uint32_t nf, const double *on, uint32_t nn);

/*
 * The rank test of Mann, Whitney and Wilcoxon: how likely samples as far apart as these
 * are if both come from one distribution. Exact for few samples without ties. 1 when
 * either has none.
 */
double np_rank_test(const double *a, uint32_t na, const double *b, uint32_t nb);

/* The least that np_rank_test() can come to: what so few samples can prove at all. */
double np_rank_test_least(uint32_t na, uint32_t nb);

/*
 * Which samples lie far from the others: more than 3.5 scaled median deviations from the
 * median. Returns how many, with their indexes in order.
 */
uint32_t np_outliers(const double *x, uint32_t n, uint32_t *index, uint32_t max);

/*
 * Holm's correction, in place: of several tests of which each could be right by chance.
 * p[i] is then to be compared with one level for all.
 */
void np_holm(double *p, uint32_t n);

/* How likely two counts over `na` and `nb` occasions are if they have one rate. */
double np_rate_test(double count_a, double na, double count_b, double nb);

#endif
