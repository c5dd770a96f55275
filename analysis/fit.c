// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/fit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Student's t: 97.5 % are below it, by degrees of freedom. */
static double student(uint32_t freedom)
{
	static const double t[] = { NAN,   12.706, 4.303, 3.182, 2.776, 2.571, 2.447,
				    2.365, 2.306,  2.262, 2.228, 2.201, 2.179 };
	const uint32_t n = sizeof(t) / sizeof(*t);

	/* Beyond the table, the first terms of its expansion: right to three digits. */
	return freedom < n ? t[freedom] : 1.95996 + 2.3723 / freedom + 2.823 / freedom / freedom;
}

struct np_estimate np_sum(struct np_estimate a, struct np_estimate b)
{
	return (struct np_estimate){ a.value + b.value, hypot(a.error, b.error) };
}

struct np_estimate np_difference(struct np_estimate a, struct np_estimate b)
{
	return (struct np_estimate){ a.value - b.value, hypot(a.error, b.error) };
}

struct np_estimate np_times(struct np_estimate a, double factor)
{
	return (struct np_estimate){ a.value * factor, a.error * fabs(factor) };
}

struct np_estimate np_unmeasured(void)
{
	return (struct np_estimate){ NAN, NAN };
}

static double mean(const double *v, uint32_t n)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += v[i];
	return sum / n;
}

struct np_estimate np_mean(const double *y, uint32_t n)
{
	struct np_estimate e = np_unmeasured();
	double squares = 0;

	if (!n)
		return e;
	e.value = mean(y, n);
	for (uint32_t i = 0; i < n; i++)
		squares += (y[i] - e.value) * (y[i] - e.value);
	if (n > 1)
		e.error = student(n - 1) * sqrt(squares / (n - 1) / n);
	return e;
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return a < b ? -1 : a > b;
}

static void sort(double sorted[NP_MAX_VALUES], const double *y, uint32_t n)
{
	memcpy(sorted, y, n * sizeof(*y));
	qsort(sorted, n, sizeof(*y), by_value);
}

/* As uncertain as the mean, and no less: what is robust in it is the value. */
struct np_estimate np_median(const double *y, uint32_t n)
{
	struct np_estimate e = np_mean(y, n);
	double sorted[NP_MAX_VALUES];

	if (!n || n > NP_MAX_VALUES)
		return e;
	sort(sorted, y, n);
	e.value = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
	return e;
}

struct np_estimate np_least(const double *y, uint32_t n)
{
	double sorted[NP_MAX_VALUES];

	if (!n || n > NP_MAX_VALUES)
		return np_unmeasured();
	sort(sorted, y, n);
	return (struct np_estimate){ sorted[0], n > 1 ? sorted[(n + 3) / 4] - sorted[0] : NAN };
}

/* What is left between the points and the line, squared. */
static double residue(const double *x, const double *y, uint32_t n, const struct np_line *l)
{
	double sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		double r = y[i] - l->intercept.value - l->slope.value * x[i];

		sum += r * r;
	}
	return sum;
}

int np_fit_line(const double *x, const double *y, uint32_t n, struct np_line *line)
{
	double mx = mean(x, n), my = mean(y, n), sxx = 0, sxy = 0, spread;

	for (uint32_t i = 0; i < n; i++) {
		sxx += (x[i] - mx) * (x[i] - mx);
		sxy += (x[i] - mx) * (y[i] - my);
	}
	if (n < 2 || !(sxx > 0))
		return -EDOM;
	line->slope.value = sxy / sxx;
	line->intercept.value = my - line->slope.value * mx;
	spread = n > 2 ? student(n - 2) * sqrt(residue(x, y, n, line) / (n - 2)) : NAN;
	line->slope.error = spread / sqrt(sxx);
	line->intercept.error = spread * sqrt(1.0 / n + mx * mx / sxx);
	return 0;
}
