// SPDX-License-Identifier: GPL-2.0-only
/* Costs from sweeps: docs/calibrate.md has the formulas in words. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "analysis/calibration.h"
#include "analysis/result_fields.h"
#include "analysis/vmcs_field.h"

/* What the micro-hypervisor does on every exit of L2, all of it of fields that KVM shadows. */
#define BASE_READS 3
#define BASE_WRITES 1

/* Through the least of each point: what disturbs a run only ever adds to it. */
static int fit(const struct np_sweep *s, struct np_line *line)
{
	double x[NP_MAX_POINTS], y[NP_MAX_POINTS];
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->nr_points; i++)
		if (s->point[i].samples.n) {
			x[n] = s->point[i].times;
			y[n++] = np_least(s->point[i].samples.ticks, s->point[i].samples.n).value;
		}
	return np_fit_line(x, y, n, line);
}

/* The sweep's line; not measured when there is none. */
static struct np_line line_of(const struct np_calibration *c, const char *arm, const char *access)
{
	const struct np_sweep *s = np_calibration_sweep(c, arm, access);
	struct np_line none = { np_unmeasured(), np_unmeasured() }, line;

	return s && fit(s, &line) == 0 ? line : none;
}

/* With no more accesses than the base's. */
static struct np_estimate base(const struct np_calibration *c, const char *arm)
{
	const struct np_sweep *s = np_calibration_sweep(c, arm, "");

	if (!s || !s->nr_points)
		return np_unmeasured();
	return np_least(s->point[0].samples.ticks, s->point[0].samples.n);
}

/* What shadow VMCS saves of accesses of a form. */
static struct np_estimate saved(const struct np_calibration *c, enum np_form form)
{
	return np_difference(c->cost[NP_COST_TRAPPED + form], c->cost[NP_COST_SHADOWED + form]);
}

/* The base without its exits is what shadow VMCS would make of it, but for the copies. */
static struct np_estimate sync_cost(const struct np_calibration *c)
{
	struct np_estimate gone = np_sum(np_times(saved(c, NP_READ), BASE_READS),
					 np_times(saved(c, NP_WRITE), BASE_WRITES));

	return np_difference(c->cost[NP_COST_ON], np_difference(c->cost[NP_COST_OFF], gone));
}

/* Of RW fields to vmcs12, of both kinds back to the shadow VMCS. High halves come along. */
static uint32_t copies(unsigned int lacking)
{
	const struct np_vmcs_field *f;
	uint32_t sum = 0;
	size_t n;

	f = np_vmcs_fields(&n);
	for (size_t i = 0; i < n; i++)
		if (!np_vmcs_is_high(f[i].encoding))
			sum += np_vmcs_field_is_shadowed(&f[i], false, lacking) +
			       np_vmcs_field_is_shadowed(&f[i], true, lacking);
	return sum;
}

/*
 * A sync does more than to copy fields, and to copy one takes more than the one VMREAD or
 * VMWRITE in it: it is between the two.
 */
static struct np_estimate copy_cost(const struct np_calibration *c)
{
	double most = c->cost[NP_COST_SYNC].value / copies(np_result_lacking(c->where));
	double least = fmin(c->cost[NP_COST_SHADOWED + NP_READ].value, most);

	return (struct np_estimate){ (most + least) / 2, (most - least) / 2 };
}

static bool known(const struct np_calibration *c, enum np_cost cost)
{
	return isfinite(c->cost[cost].value);
}

int np_calibration_solve(struct np_calibration *c, const char **missing)
{
	const struct np_cost_source *s = np_cost_sources;

	for (int i = 0; i < NP_NR_COSTS; i++)
		c->cost[i] = s[i].access ? line_of(c, s[i].arm, s[i].access).slope :
					   np_unmeasured();
	c->cost[NP_COST_OFF] = base(c, NP_ARM_OFF);
	c->cost[NP_COST_ON] = base(c, NP_ARM_ON);
	c->cost[NP_COST_SYNC] = sync_cost(c);
	c->cost[NP_COST_COPY] = copy_cost(c);
	c->cost[NP_COST_DIRTY] =
		np_difference(line_of(c, NP_ARM_ON, s[NP_COST_UNSHADOWED + NP_WRITE].access)
				      .intercept, c->cost[NP_COST_ON]);
	*missing = "there is no sweep of VMREAD or VMWRITE in both arms, or no round trip without";
	return known(c, NP_COST_SYNC) ? 0 : -ENODATA;
}
