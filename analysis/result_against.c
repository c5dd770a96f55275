// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/result_against.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/arm_pair.h"
#include "analysis/result_variant.h"

static const struct np_column columns[] = {
	{ "workload", "workload", "", 0 },
	{ "arm", "arm", "", 0 },
	{ "against", "against", "", 0 },
	{ "round_trip", "round trip", "ticks", 1 },
	{ "change", "change", "%", 2 },
};

#define NR_COLUMNS (sizeof(columns) / sizeof(*columns))

static bool same_variant(const struct np_arm_result *a, const struct np_arm_result *b)
{
	return !strcmp(np_arm_variant(a->name), np_arm_variant(b->name));
}

static bool same_arm(const struct np_arm_result *a, const struct np_arm_result *b)
{
	size_t len = strcspn(a->name, "@");

	return len == strcspn(b->name, "@") && !strncmp(a->name, b->name, len);
}

static const struct np_arm_result *base_of(const struct np_result *r, uint32_t arm)
{
	const struct np_arm_result *a = r->arms[arm];

	for (uint32_t i = 0; i < arm; i++)
		if (!same_variant(r->arms[i], a) && same_arm(r->arms[i], a))
			return r->arms[i];
	for (uint32_t i = 0; !np_arm_is_known(a->name) && i < arm; i++)
		if (same_variant(r->arms[i], a) && r->arms[i]->nested == a->nested &&
		    !np_arm_is(r->arms[i]->name, NP_ARM_NATIVE))
			return r->arms[i];
	return NULL;
}

static int add(struct np_rows *t, const struct np_arm_result *a, const struct np_arm_result *base,
	       const struct np_workload_result *w, bool emulated)
{
	const struct np_workload_result *b = np_arm_workload(base, w->name);
	double mean = np_samples_mean(&w->untraced);
	double before = b ? np_samples_mean(&b->untraced) : NAN;
	int err = np_rows_add(t);

	if (!err)
		err = np_rows_text(t, "workload", w->name);
	if (!err)
		err = np_rows_text(t, "arm", a->name);
	if (!err)
		err = np_rows_text(t, "against", base->name);
	if (!err)
		err = np_rows_number(t, "round_trip", mean);
	if (!err && b && np_samples_apart(&w->untraced, &b->untraced, emulated))
		err = np_rows_number(t, "change", 100 * (mean / before - 1));
	return err;
}

struct np_rows *np_against_rows(const struct np_result *r)
{
	struct np_rows *t = np_rows_new(columns, NR_COLUMNS);
	int err = 0;

	for (uint32_t i = 0; t && i < r->nr_arms; i++) {
		const struct np_arm_result *base = base_of(r, i);

		for (uint32_t k = 0; base && !err && k < r->arms[i]->nr_workloads; k++)
			err = add(t, r->arms[i], base, r->arms[i]->workloads[k], r->emulated);
	}
	if (!err)
		return t;
	np_rows_free(t);
	return NULL;
}
