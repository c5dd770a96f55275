// SPDX-License-Identifier: GPL-2.0-only
#include "collector/hist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/svm_exits.h"

#define BASIC_EXIT_REASON 0xffff

static uint32_t reason_index(uint64_t key, enum np_isa isa)
{
	if (isa == NP_ISA_SVM)
		return np_svm_index(key);
	key &= BASIC_EXIT_REASON;
	return key < NP_REASON_OTHER ? key : NP_REASON_OTHER;
}

static const char *after(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	return at ? at + strlen(word) : NULL;
}

/* "{ exit_reason:         24 } hitcount:       1234" */
static int parse_bucket(struct hist *h, enum np_isa isa, const char *at, const char **end,
			uint64_t *sum)
{
	const char *hits = after(at, "hitcount:");
	char *stop;
	uint64_t key, n;

	if (!hits)
		return -EINVAL;
	errno = 0;
	key = strtoull(at, &stop, 0);
	if (errno || stop == at)
		return -EINVAL;
	n = strtoull(hits, &stop, 10);
	if (errno || stop == hits)
		return -EINVAL;
	h->count[reason_index(key, isa)] += n;
	*sum += n;
	*end = stop;
	return 0;
}

static int parse_total(const char *text, const char *name, uint64_t *n)
{
	const char *at = after(text, name);
	char *stop;

	if (!at)
		return -EINVAL;
	*n = strtoull(at, &stop, 10);
	return stop == at ? -EINVAL : 0;
}

int hist_parse(struct hist *h, const char *text, const char *key, enum np_isa isa)
{
	char bucket[64];
	uint64_t sum = 0;
	const char *at = text, *totals = strstr(text, "\nTotals:");
	int err;

	memset(h, 0, sizeof(*h));
	snprintf(bucket, sizeof(bucket), "{ %s:", key);
	while ((at = after(at, bucket))) {
		err = parse_bucket(h, isa, at, &at, &sum);
		if (err)
			return err;
	}
	err = totals ? parse_total(totals, "Hits:", &h->hits) : -EINVAL;
	if (!err)
		err = parse_total(totals, "Dropped:", &h->dropped);
	if (!err && sum != h->hits)
		err = -EINVAL;
	return err;
}
