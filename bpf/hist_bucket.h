/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buckets of a log-linear histogram, for BPF and C alike: NP_HIST_PAGE to each
 * power of two, so that the middle of a bucket is within 1/64 of whatever is in
 * it. Page 0 has 0..31, page 1 has 32..63, page 2 has 64..127 two by two, ...
 */
#ifndef NESTPROF_HIST_BUCKET_H
#define NESTPROF_HIST_BUCKET_H

#define NP_HIST_BITS 5
#define NP_HIST_PAGE (1 << NP_HIST_BITS)
#define NP_HIST_PAGES 32 /* up to 2^36 - 1 ns, over a minute; longer goes to the last bucket */
#define NP_HIST_BUCKETS (NP_HIST_PAGE * NP_HIST_PAGES)
#define NP_HIST_MAX ((1ull << (NP_HIST_PAGES + NP_HIST_BITS - 1)) - 1)

/* Neither BPF's instruction set nor its older compilers count leading zeroes. */
static inline __attribute__((always_inline)) __u32 np_log2(__u64 v)
{
	__u32 log = 0;

	for (__u32 step = 32; step; step /= 2)
		if (v >> step) {
			v >>= step;
			log += step;
		}
	return log;
}

static inline __attribute__((always_inline)) __u32 np_hist_bucket(__u64 v)
{
	__u32 shift;

	if (v < NP_HIST_PAGE)
		return v;
	if (v > NP_HIST_MAX)
		return NP_HIST_BUCKETS - 1;
	shift = np_log2(v) - NP_HIST_BITS;
	return (shift + 1) * NP_HIST_PAGE + ((v >> shift) & (NP_HIST_PAGE - 1));
}

#endif
