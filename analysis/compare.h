/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two results against each other: per arm, workload and metric better, worse, or no
 * difference proven. docs/compare.md has what is taken for proof.
 */
#ifndef NESTPROF_COMPARE_H
#define NESTPROF_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/result.h"
#include "analysis/stats.h"

#define NP_COMPARE_SCHEMA "nestprof-compare/1"

enum np_verdict { NP_SAME, NP_BETTER, NP_WORSE, NP_UNPROVEN };

struct np_compared {
	const char *arm, *workload; /* of the new result */
	const char *metric, *unit;
	double old, new, change; /* change: new / old - 1; NaN when old is 0 */
	struct np_interval interval; /* where the change is; NaN: not told */
	double p; /* how likely it would be without any difference, corrected; NaN: exact */
	enum np_verdict verdict;
	bool few; /* so few samples could not have proven anything */
};

struct np_compare {
	uint32_t n;
	struct np_compared *rows;
	/* Facts that differ: what the two are about, as "l0_kernel: 6.1.0 -> 6.12.0". */
	uint32_t nr_facts;
	char facts[NP_MAX_ENV][560];
};

/*
 * -EINVAL: they cannot be compared, and `why` has what differs. The rows point into both
 * results. Safe to free after a failure.
 */
int np_compare(struct np_compare *c, const struct np_result *old, const struct np_result *new,
	       char *why, size_t why_size);
void np_compare_free(struct np_compare *c);

/* How many are worse by more than that share, proven. */
uint32_t np_compare_worse(const struct np_compare *c, double threshold);

/* For people; `all`: also what did not change. And for programs. */
int np_compare_print(const struct np_compare *c, bool all, FILE *out);
char *np_compare_to_json(const struct np_compare *c);

#endif
