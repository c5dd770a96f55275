/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Histograms of times, with the buckets of bpf/hist_bucket.h: what is read out
 * of one is within 1/64 of what was put in.
 */
#ifndef NESTPROF_HISTOGRAM_H
#define NESTPROF_HISTOGRAM_H

#include <stdint.h>

#include <linux/types.h>

#include "bpf/hist_bucket.h"

struct np_hist {
	uint64_t n[NP_HIST_BUCKETS];
	/*
	 * A value that is known exactly. It is the greatest, unless one of a
	 * greater bucket was counted, too.
	 */
	uint64_t max;
};

/* The values that a bucket holds: from low to high, both included. */
uint64_t np_hist_low(uint32_t bucket);
uint64_t np_hist_high(uint32_t bucket);

uint64_t np_hist_total(const struct np_hist *h);
void np_hist_add(struct np_hist *to, const struct np_hist *from);

/* The least value that at least `percent` of all are not greater than; 0 without any. */
uint64_t np_hist_percentile(const struct np_hist *h, double percent);
uint64_t np_hist_max(const struct np_hist *h);

#endif
