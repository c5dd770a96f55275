// SPDX-License-Identifier: GPL-2.0-only
#include "collector/ab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/result_fields.h"
#include "collector/ab_symbols.h"
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
	return arm->nested ? l1_start_nested(l1, &c->l1) : l1_start_single(l1, &c->l1);
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

static int run_workloads(const struct ab_config *c, struct np_arm_result *out, struct l1 *l1)
{
	int err = 0;

	/* All untraced windows come first: no program is loaded before they end. */
	for (uint32_t i = 0; !err && i < c->nr_workloads; i++) {
		const struct workload *w = workload_find(c->workloads[i]);
		struct np_workload_result *o = np_arm_add_workload(out, w->name);

		if (!o)
			return -ENOMEM;
		snprintf(o->stresses, sizeof(o->stresses), "%s", w->stresses);
		o->iterations = c->iterations ? c->iterations : w->iterations;
		log_phase("%s: %s, untraced", out->name, w->name);
		err = ab_window_untraced(l1, c->repetitions, o);
	}
	if (!err)
		err = ab_windows_traced(l1, c, out);
	if (!err && c->fields && !c->micro) {
		log_phase("%s: L1's names of instructions", out->name);
		err = ab_symbols(l1, out);
	}
	return err ? err : ab_windows_tracers(l1, c, out);
}

static int run_arm(const struct ab_config *c, const struct ab_arm *arm, struct np_result *r)
{
	struct np_arm_result *out = np_result_add_arm(r, arm->name);
	struct l1 *l1 = NULL;
	int err = out ? 0 : -ENOMEM;

	log_phase("%s: load %s", arm->name, kvm_module_name());
	if (!err)
		err = kvm_module_load(arm->params, arm->nr_params);
	if (!err)
		err = arm_params_record(arm, out);
	if (!err)
		err = start_guest(c, arm, &l1);
	if (!err && arm->nested)
		err = describe_l1(c, l1, r);
	if (!err)
		err = run_workloads(c, out, l1);
	l1_stop(l1);
	return err;
}

int ab_run(const struct ab_config *c, struct np_result *r)
{
	int err = 0, restored;

	if (c->fields)
		err = np_result_set_lacking(r, fields_lacking());
	if (!err)
		err = kvm_module_begin();
	if (err)
		return err;
	for (uint32_t i = 0; !err && i < c->nr_arms; i++) {
		err = run_arm(c, c->arms[i], r);
		if (!err && np_interrupted())
			err = -EINTR;
	}
	log_phase("put %s's parameters back", kvm_module_name());
	restored = kvm_module_restore();
	log_phase_end();
	return err ? err : restored;
}
