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
	uint64_t max; /* the greatest, exactly, where it is known; else 0 */
};

/* The values that a bucket holds: from low to high, both included. */
uint64_t np_hist_low(uint32_t bucket);
uint64_t np_hist_high(uint32_t bucket);

uint64_t np_hist_total(const struct np_hist *h);
void np_hist_add(struct np_hist *to, const struct np_hist *from);

/*
 * to = after - before, of counters that only grow (and, being of 32 bits each
 * in BPF, start over at times: a window holds fewer of a bucket). The greatest value of a window is known exactly only if it is
 * greater than all before it; else np_hist_max() knows its bucket.
 */
void np_hist_diff(struct np_hist *to, const struct np_hist *after, const struct np_hist *before);

/* The least value that at least `percent` of all are not greater than; 0 without any. */
uint64_t np_hist_percentile(const struct np_hist *h, double percent);
uint64_t np_hist_max(const struct np_hist *h);

#endif
