// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/advise_report.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "analysis/result_fields.h"

static bool usable(const struct np_workload_result *w)
{
	return w && w->has_fields && w->has_account && !w->error[0];
}

static const struct np_workload_result *find(const struct np_result *r, const char *arm,
					     const char *workload)
{
	const struct np_arm_result *a = np_result_arm(r, arm);

	return a ? np_arm_workload(a, workload) : NULL;
}

/* Per exit of L2, as predictions are. */
static void measure(struct np_workload_advice *out, const struct np_workload_result *on,
		    struct np_advise_input in)
{
	struct np_l2_totals t;

	out->measured_exits = out->measured_ticks = NAN;
	if (!on || on->error[0] || !on->has_account || !on->iterations)
		return;
	in.run = on;
	np_account_l2_totals(&on->account, &t);
	out->measured_exits = np_per_l2_exit(t.caused_total, t.exits);
	out->measured_ticks = np_ticks_per_exit(&in).value;
}

static int add(struct np_advice_report *out, const struct np_result *r, const char *arm,
	       const struct np_workload_result *w, struct np_advise_input in)
{
	struct np_workload_advice *a = &out->workload[out->nr];
	int err;

	in.run = w;
	in.shadow_on = strcmp(arm, NP_ARM_OFF) != 0;
	err = np_advise(&a->advice, &in, out->calibration);
	if (err)
		return err == -ENODATA ? 0 : err;
	strcpy(a->workload, w->name);
	strcpy(a->arm, arm);
	measure(a, find(r, NP_ARM_ON, w->name), in);
	out->nr++;
	return 0;
}

static bool has(const struct np_advice_report *r, const char *workload)
{
	for (uint32_t i = 0; i < r->nr; i++)
		if (!strcmp(r->workload[i].workload, workload))
			return true;
	return false;
}

static int together(struct np_advice_report *out)
{
	const struct np_advice *all[NP_MAX_WORKLOADS];

	for (uint32_t i = 0; i < out->nr; i++)
		all[i] = &out->workload[i].advice;
	return np_advise_together(&out->together, all, out->nr, out->calibration);
}

int np_advice_report(struct np_advice_report *out, const struct np_result *r,
		     const struct np_calibration *c, uint32_t warm_up, uint32_t halts,
		     char *why, size_t size)
{
	static const char *const arms[] = { NP_ARM_OFF, NP_ARM_ON };
	const struct np_advise_input in = { .lacking = np_result_lacking(r),
					    .warm_up = warm_up,
					    .halts = halts };
	int err = 0;

	memset(out, 0, sizeof(*out));
	out->calibration = c;
	for (size_t i = 0; i < sizeof(arms) / sizeof(*arms); i++) {
		const struct np_arm_result *a = np_result_arm(r, arms[i]);

		if (a && !out->stale[0])
			np_calibration_fits(c, r, arms[i], out->stale, sizeof(out->stale));
		for (uint32_t k = 0; a && !err && k < a->nr_workloads; k++)
			if (usable(a->workloads[k]) && !has(out, a->workloads[k]->name) &&
			    out->nr < NP_MAX_WORKLOADS)
				err = add(out, r, arms[i], a->workloads[k], in);
	}
	if (!err && !out->nr) {
		snprintf(why, size, "no arm tells which fields L1 accessed: run ab or lab with "
			 "--fields");
		err = -ENODATA;
	}
	if (!err)
		err = together(out);
	if (err)
		np_advice_report_free(out);
	return err;
}

void np_advice_report_free(struct np_advice_report *r)
{
	for (uint32_t i = 0; i < r->nr; i++)
		np_advice_free(&r->workload[i].advice);
	np_advice_free(&r->together);
	r->nr = 0;
}
