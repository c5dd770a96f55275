// SPDX-License-Identifier: GPL-2.0-only
#include "collector/ab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/result_fields.h"
#include "analysis/stats.h"
#include "collector/ab_part.h"
#include "collector/ab_symbols.h"
#include "collector/ab_times.h"
#include "collector/ab_window.h"
#include "collector/arm_params.h"
#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/fields/read.h"
#include "collector/host/kvm_module.h"
#include "collector/host/vendor.h"
#include "collector/workload.h"

static int start_guest(const struct ab_config *c, const struct ab_arm *arm, struct l1 **l1)
{
	log_phase("%s: start %s", arm->name, arm->nested ? "L1" : "the runner in L0");
	return arm->nested ? l1_start_nested(l1, &c->l1) :
	       arm->native ? l1_start_native(l1, &c->l1) : l1_start_single(l1, &c->l1);
}

/* Who L1 is, and what it does on an exit where that is known. */
static int describe_l1(const struct ab_config *c, struct l1 *l1, struct np_result *r)
{
	char sequence[NP_LINE_MAX];
	int err = np_result_set_env(r, "l1_kernel", "%s", l1_kernel_release(l1));

	if (err || !c->micro)
		return err;
	err = l1_set_sequence(l1, c->l1_sequence ?: "", sequence);
	return err ? err : np_result_set_env(r, "l1_sequence", "%s", sequence);
}

static bool is_workloads_doing(int err)
{
	return err && !np_interrupted() && fail_code() == NP_EXIT_L1;
}

/*
 * A workload that hangs, or that L1 dies of, has failed; the others get an L1 of their own.
 * What else goes wrong is not the workload's doing.
 */
static int without(const struct ab_config *c, const struct ab_arm *arm, struct l1 **l1,
		   struct np_workload_result *failed)
{
	snprintf(failed->error, sizeof(failed->error), "%s", fail_text());
	log_warn("%s: %s failed: %s", arm->name, failed->name, fail_text());
	fail_clear();
	l1_stop(*l1);
	*l1 = NULL;
	return start_guest(c, arm, l1);
}

static int run_untraced(const struct ab_config *c, const struct ab_arm *arm, struct l1 **l1,
			struct np_workload_result *o)
{
	int err = ab_window_untraced(*l1, c->repetitions, o);

	if (!is_workloads_doing(err))
		return err;
	o->untraced.n = 0;
	return without(c, arm, l1, o);
}

/* The windows of one kind, from a workload on; *at is then the one that failed. */
typedef int (*take_windows)(struct l1 *l1, const struct ab_config *c, struct np_arm_result *out,
			    uint32_t *at);

static int run_windows(const struct ab_config *c, const struct ab_arm *arm, struct l1 **l1,
		       struct np_arm_result *out, take_windows take, uint32_t at)
{
	int err;

	do {
		err = take(*l1, c, out, &at);
		if (!is_workloads_doing(err) || at >= out->nr_workloads)
			return err;
		err = without(c, arm, l1, out->workloads[at++]);
	} while (!err);
	return err;
}

static int run_workloads(const struct ab_config *c, const struct ab_arm *arm,
			 struct np_arm_result *out, struct l1 **guest)
{
	const uint32_t first = out->nr_workloads; /* others ran in another L1 */
	int err = 0;

	/* All untraced windows come first: no program is loaded before they end. */
	for (uint32_t i = 0; !err && i < c->nr_workloads; i++) {
		const struct workload *w = workload_find(c->workloads[i]);
		struct np_workload_result *o = np_arm_add_workload(out, w->name);

		if (!o)
			return -ENOMEM;
		snprintf(o->stresses, sizeof(o->stresses), "%s", w->stresses);
		o->iterations = c->iterations ? c->iterations :
				c->emulated   ? w->iterations : w->iterations_on_hardware;
		log_phase("%s: %s, untraced", out->name, w->name);
		err = run_untraced(c, arm, guest, o);
	}
	if (!err)
		err = run_windows(c, arm, guest, out, ab_windows_traced, first);
	if (!err && c->fields && !c->micro) {
		log_phase("%s: L1's names of instructions", out->name);
		err = ab_symbols(*guest, out, first);
	}
	if (!err && c->times)
		err = run_windows(c, arm, guest, out, ab_windows_times, first);
	return err ? err : ab_windows_tracers(*guest, c, out, first);
}

static int run_part(const struct ab_config *c, const struct ab_arm *arm,
		    struct np_arm_result *out, struct np_result *r)
{
	struct l1 *l1 = NULL;
	int err = start_guest(c, arm, &l1);

	if (!err && arm->nested)
		err = describe_l1(c, l1, r);
	if (!err)
		err = run_workloads(c, arm, out, &l1);
	l1_stop(l1);
	return err;
}

static int run_arm(const struct ab_config *c, const struct ab_arm *arm, struct np_result *r)
{
	struct np_arm_result *out = np_result_add_arm(r, arm->name);
	struct ab_config part;
	int err = out ? 0 : -ENOMEM;

	log_phase("%s: load %s", arm->name, kvm_module_name());
	if (!err)
		err = kvm_module_load(arm->params, arm->nr_params);
	if (!err)
		err = arm_params_record(arm, out);
	for (uint32_t cpus = 1; !err && cpus <= AB_PARTS; cpus++)
		if (ab_part(c, arm, cpus, &part))
			err = run_part(&part, arm, out, r);
	return err;
}

/* Only what is timed, in an L1 that is started anew: each start is a little different. */
static int run_part_again(const struct ab_config *c, const struct ab_arm *arm, uint32_t pass,
			  struct np_result *r)
{
	const struct np_arm_result *out = np_result_arm(r, arm->name);
	struct l1 *l1 = NULL;
	int err = start_guest(c, arm, &l1);

	if (!err && arm->nested && c->micro)
		err = describe_l1(c, l1, r);
	for (uint32_t i = 0; !err && i < c->nr_workloads; i++) {
		/* The result is ours to add to. */
		struct np_workload_result *o = (void *)np_arm_workload(out, c->workloads[i]);

		if (o->error[0])
			continue;
		log_phase("%s: %s, untraced, pass %u", arm->name, o->name, pass + 1);
		err = ab_window_untraced(l1, c->repetitions, o);
	}
	l1_stop(l1);
	return err;
}

static int run_arm_again(const struct ab_config *c, const struct ab_arm *arm, uint32_t pass,
			 struct np_result *r)
{
	struct ab_config part;
	int err;

	log_phase("%s: load kvm_intel, pass %u of at most %u", arm->name, pass + 1, c->passes);
	err = kvm_module_load(arm->params, arm->nr_params);
	for (uint32_t cpus = 1; !err && cpus <= AB_PARTS; cpus++)
		if (ab_part(c, arm, cpus, &part))
			err = run_part_again(&part, arm, pass, r);
	return err;
}

static bool narrow(const struct np_workload_result *w, double precision)
{
	struct np_interval i = np_median_interval(w->untraced.ticks, w->untraced.n);

	return w->error[0] || i.high - i.low <= 2 * precision *
						np_sample_median(w->untraced.ticks, w->untraced.n);
}

static bool narrow_enough(const struct ab_config *c, const struct np_result *r)
{
	bool all = true;

	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++)
			all &= narrow(r->arms[i]->workloads[k], c->precision);
	return all;
}

/* Odd passes go back; an even number of them has every arm as early as late. */
static int run_passes(const struct ab_config *c, struct np_result *r)
{
	int err = 0;

	for (uint32_t pass = 1; !err && pass < c->passes; pass++) {
		if (pass % 2 == 0 && narrow_enough(c, r))
			break;
		for (uint32_t i = 0; !err && i < c->nr_arms; i++) {
			uint32_t at = pass % 2 ? c->nr_arms - 1 - i : i;

			if (!ab_part_any(c, c->arms[at]))
				continue;
			err = np_interrupted() ? -EINTR : run_arm_again(c, c->arms[at], pass, r);
		}
	}
	return err;
}

int ab_run(const struct ab_config *c, struct np_result *r)
{
	int err = ab_part_check(c), restored;

	if (!err && c->fields)
		err = np_result_set_lacking(r, fields_lacking());
	if (!err)
		err = kvm_module_begin();
	if (err)
		return err;
	for (uint32_t i = 0; !err && i < c->nr_arms; i++) {
		if (ab_part_any(c, c->arms[i]))
			err = run_arm(c, c->arms[i], r);
		if (!err && np_interrupted())
			err = -EINTR;
	}
	if (!err)
		err = run_passes(c, r);
	log_phase("put %s's parameters back", kvm_module_name());
	restored = kvm_module_restore();
	log_phase_end();
	return err ? err : restored;
}
