// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/hist.h"

#include <math.h>

uint64_t np_hist_low(uint32_t bucket)
{
	uint32_t page = bucket / NP_HIST_PAGE, in_page = bucket % NP_HIST_PAGE;

	return page ? (uint64_t)(NP_HIST_PAGE + in_page) << (page - 1) : in_page;
}

uint64_t np_hist_high(uint32_t bucket)
{
	return bucket + 1 < NP_HIST_BUCKETS ? np_hist_low(bucket + 1) - 1 : UINT64_MAX;
}

static uint64_t middle(uint32_t bucket)
{
	if (bucket + 1 == NP_HIST_BUCKETS)
		return np_hist_low(bucket);
	return np_hist_low(bucket) + (np_hist_high(bucket) - np_hist_low(bucket)) / 2;
}

uint64_t np_hist_total(const struct np_hist *h)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < NP_HIST_BUCKETS; i++)
		total += h->n[i];
	return total;
}

void np_hist_add(struct np_hist *to, const struct np_hist *from)
{
	for (uint32_t i = 0; i < NP_HIST_BUCKETS; i++)
		to->n[i] += from->n[i];
	if (from->max > to->max)
		to->max = from->max;
}

uint64_t np_hist_percentile(const struct np_hist *h, double percent)
{
	uint64_t total = np_hist_total(h), seen = 0, rank = ceil(total * percent / 100);
	uint32_t i;

	if (!total)
		return 0;
	if (!rank)
		rank = 1;
	if (rank >= total)
		return np_hist_max(h);
	for (i = 0; i + 1 < NP_HIST_BUCKETS; i++) {
		seen += h->n[i];
		if (seen >= rank)
			break;
	}
	return middle(i) < np_hist_max(h) ? middle(i) : np_hist_max(h);
}

uint64_t np_hist_max(const struct np_hist *h)
{
	uint32_t i = NP_HIST_BUCKETS;

	while (i--)
		if (h->n[i])
			return h->max >= np_hist_low(i) ? h->max : middle(i);
	return 0;
}
