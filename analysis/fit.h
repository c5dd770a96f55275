/* SPDX-License-Identifier: GPL-2.0-only */
/* Figures with their uncertainty, and the straight line through measured points. */
#ifndef NESTPROF_FIT_H
#define NESTPROF_FIT_H

#include <stdint.h>

/* The error is half of a 95 % interval; NaN: it is not known. */
struct np_estimate {
	double value, error;
};

/* Independent errors add up by their squares. */
struct np_estimate np_sum(struct np_estimate a, struct np_estimate b);
struct np_estimate np_difference(struct np_estimate a, struct np_estimate b);
struct np_estimate np_times(struct np_estimate a, double factor);

/* Not measured: NaN, which stays NaN in whatever is computed from it. */
struct np_estimate np_unmeasured(void);

#define NP_MAX_VALUES 64 /* of more the median is not told: the mean is */

/* One value alone has an error that is not known. */
struct np_estimate np_mean(const double *y, uint32_t n);
struct np_estimate np_median(const double *y, uint32_t n);
/* The error is how far off a quarter of the values were. */
struct np_estimate np_least(const double *y, uint32_t n);

struct np_line {
	struct np_estimate slope, intercept;
};

/*
 * Ordinary least squares. -EDOM: all x are the same. Two points have errors that are
 * not known.
 */
int np_fit_line(const double *x, const double *y, uint32_t n, struct np_line *line);

#endif
