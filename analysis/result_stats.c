// SPDX-License-Identifier: GPL-2.0-only
/* What is computed from a result: means, the comparison, the observer effect. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/arm_pair.h"
#include "analysis/result.h"
#include "analysis/result_variant.h"
#include "analysis/stats.h"

/*
 * Every time passes through here before it is compared or written, so that
 * figures computed from a result and from its JSON form are the same bits.
 */
double np_round_ticks(double ticks)
{
	return round(ticks * 1000) / 1000;
}

double np_samples_mean(const struct np_samples *s)
{
	double sum = 0;

	for (uint32_t i = 0; i < s->n; i++)
		sum += np_round_ticks(s->ticks[i]);
	return s->n ? np_round_ticks(sum / s->n) : NAN;
}

/* fmin() and fmax() take the number where the other operand is NaN. */
double np_samples_min(const struct np_samples *s)
{
	double least = NAN;

	for (uint32_t i = 0; i < s->n; i++)
		least = fmin(least, np_round_ticks(s->ticks[i]));
	return least;
}

double np_samples_max(const struct np_samples *s)
{
	double most = NAN;

	for (uint32_t i = 0; i < s->n; i++)
		most = fmax(most, np_round_ticks(s->ticks[i]));
	return most;
}

bool np_samples_apart(const struct np_samples *a, const struct np_samples *b, bool emulated)
{
	struct np_interval change;

	if (emulated)
		return np_samples_min(a) > np_samples_max(b) ||
		       np_samples_max(a) < np_samples_min(b);
	change = np_change_interval(a->ticks, a->n, b->ticks, b->n);
	return np_rank_test(a->ticks, a->n, b->ticks, b->n) < 1 - NP_LEVEL &&
	       (change.low > 0 || change.high < 0);
}

/* NaN unless the base is there and positive: no figure rather than infinity. */
static double ratio(double a, double base)
{
	return base > 0 ? a / base : NAN;
}

double np_observer_effect(const struct np_workload_result *w)
{
	return ratio(np_samples_mean(&w->traced), np_samples_mean(&w->untraced)) - 1;
}

bool np_result_has_times(const struct np_result *r)
{
	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++)
			if (r->arms[i]->workloads[k]->times.known ||
			    r->arms[i]->workloads[k]->cycles.known)
				return true;
	return false;
}

double np_per_l2_exit(uint64_t count, uint64_t l2_exits)
{
	return l2_exits ? (double)count / l2_exits : NAN;
}

/* A workload that failed has no time, whatever it measured before it did. */
static double time_of(const struct np_result *r, const char *arm, const struct np_comparison *c)
{
	const struct np_arm_result *a = np_result_arm_of(r, arm, c->variant);
	const struct np_workload_result *w = a ? np_arm_workload(a, c->workload) : NULL;

	return w && !w->error[0] ? np_samples_mean(&w->untraced) : NAN;
}

static void compare(const struct np_result *r, const char *workload, const char *variant,
		    struct np_comparison *c)
{
	const struct np_arm_pair *pair = np_arm_pair(r);

	memset(c, 0, sizeof(*c));
	snprintf(c->workload, sizeof(c->workload), "%s", workload);
	snprintf(c->variant, sizeof(c->variant), "%s", variant);
	c->single = time_of(r, NP_ARM_SINGLE, c);
	c->off = time_of(r, pair->off, c);
	c->on = time_of(r, pair->on, c);
	c->has_single = !isnan(c->single);
	c->has_off = !isnan(c->off);
	c->has_on = !isnan(c->on);
	c->overhead_off = ratio(c->off, c->single) - 1;
	c->overhead_on = ratio(c->on, c->single) - 1;
	c->overhead_reduction_percent = 100 * ratio(c->off - c->on, c->off - c->single);
	c->time_saved_percent = 100 * ratio(c->off - c->on, c->off);
}

const char *np_comparison_name(const struct np_comparison *c, char out[NP_COMPARED])
{
	snprintf(out, NP_COMPARED, "%s%.1s%s", c->workload, c->variant[0] ? "@" : "", c->variant);
	return out;
}

static bool compared(const struct np_comparison *out, uint32_t n, const char *workload,
		     const char *variant)
{
	for (uint32_t i = 0; i < n; i++)
		if (!strcmp(out[i].workload, workload) && !strcmp(out[i].variant, variant))
			return true;
	return false;
}

static bool is_known(const char *name, const struct np_arm_pair *pair)
{
	return np_arm_is(name, NP_ARM_SINGLE) || np_arm_is(name, pair->off) ||
	       np_arm_is(name, pair->on);
}

uint32_t np_result_compare(const struct np_result *r,
			   struct np_comparison out[NP_MAX_COMPARISONS])
{
	const struct np_arm_pair *pair = np_arm_pair(r);
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->nr_arms; i++) {
		const struct np_arm_result *a = r->arms[i];
		const char *variant = np_arm_variant(a->name);

		for (uint32_t k = 0; is_known(a->name, pair) && k < a->nr_workloads &&
		     n < NP_MAX_COMPARISONS; k++)
			if (!compared(out, n, a->workloads[k]->name, variant))
				compare(r, a->workloads[k]->name, variant, &out[n++]);
	}
	return n;
}
