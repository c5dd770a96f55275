// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/result_spread.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/result_variant.h"
#include "analysis/rows.h"
#include "analysis/stats.h"

#define NAMED 5 /* outliers with their number; of more, how many there are */

static const struct np_samples *samples_of(const struct np_result *r, const char *arm,
					   const struct np_comparison *c)
{
	static const struct np_samples none;
	const struct np_arm_result *a = np_result_arm_of(r, arm, c->variant);
	const struct np_workload_result *w = a ? np_arm_workload(a, c->workload) : NULL;

	return w ? &w->untraced : &none;
}

void np_spread_of_reduction(const struct np_result *r, const struct np_comparison *c, char *out,
			    size_t size)
{
	const struct np_samples *single = samples_of(r, NP_ARM_SINGLE, c);
	const struct np_samples *off = samples_of(r, NP_ARM_OFF, c);
	const struct np_samples *on = samples_of(r, NP_ARM_ON, c);
	struct np_interval i = { NAN, NAN };

	out[0] = '\0';
	if (!r->emulated)
		i = np_reduction_interval(single->ticks, single->n, off->ticks, off->n, on->ticks,
					  on->n);
	if (isfinite(i.low))
		snprintf(out, size, " (95 %%: %.1f to %.1f %%)", 100 * i.low, 100 * i.high);
}

bool np_spread_too_few(const struct np_workload_result *w, char *out, size_t size)
{
	uint32_t n = w->untraced.n;

	if (!n || np_rank_test_least(n, n) < 1 - NP_LEVEL)
		return false;
	snprintf(out, size, "%u repetition%s: too few to prove any difference; give more --passes",
		 n, n == 1 ? "" : "s");
	return true;
}

bool np_spread_outliers(const struct np_workload_result *w, char *out, size_t size)
{
	const struct np_samples *s = &w->untraced;
	uint32_t index[NP_MAX_SAMPLES], n = np_outliers(s->ticks, s->n, index, NP_MAX_SAMPLES);
	char median[NP_GROUPED], text[NP_GROUPED];
	size_t len;

	if (!n)
		return false;
	len = snprintf(out, size, "%u of %u repetitions lie%s far from the median of %s ticks:", n,
		       s->n, n == 1 ? "s" : "",
		       np_grouped(median, np_sample_median(s->ticks, s->n), 0));
	for (uint32_t i = 0; i < n && i < NAMED && len < size; i++)
		len += snprintf(out + len, size - len, "%s no. %u (%s)", i ? "," : "",
				index[i] + 1, np_grouped(text, s->ticks[index[i]], 0));
	if (len < size)
		snprintf(out + len, size - len, "%s; something else ran then: the median leaves "
			 "them be", n > NAMED ? " ..." : "");
	return true;
}
