// SPDX-License-Identifier: GPL-2.0-only
#include "collector/calibrate/run.h"

#include <errno.h>

#include "analysis/result_fields.h"
#include "collector/ab.h"
#include "collector/arm_params.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/calibrate/sweeps.h"
#include "collector/fields/read.h"
#include "collector/host/kvm_module.h"
#include "collector/host/vendor.h"

/* Whatever drifts meanwhile is spread over all points: hence a repetition of all at a time. */
static int measure(const struct calibrate_config *config, const struct ab_arm *arm, struct l1 *l1,
		   struct np_calibration *c)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < config->repetitions; i++) {
		err = sweeps_measure(l1, arm->name, config->iterations, c);
		if (!err && np_interrupted())
			err = -EINTR;
	}
	return err;
}

static int run_arm(const struct calibrate_config *config, const struct ab_arm *arm,
		   struct np_calibration *c)
{
	struct np_arm_result *out = np_result_add_arm(c->where, arm->name);
	struct l1 *l1 = NULL;
	int err = out ? 0 : -ENOMEM;

	log_phase("%s: load %s, start L1", arm->name, kvm_module_name());
	if (!err)
		err = kvm_module_load(arm->params, arm->nr_params);
	if (!err)
		err = arm_params_record(arm, out);
	if (!err)
		err = l1_start_nested(&l1, &config->l1);
	if (!err)
		err = measure(config, arm, l1, c);
	l1_stop(l1);
	return err;
}

int calibrate_run(const struct calibrate_config *config, struct np_calibration *c)
{
	static const char *const arms[] = { NP_ARM_OFF, NP_ARM_ON };
	int err = np_result_set_lacking(c->where, fields_lacking()), restored;

	if (!err)
		err = kvm_module_begin();
	if (err)
		return err;
	for (size_t i = 0; !err && i < sizeof(arms) / sizeof(*arms); i++)
		err = run_arm(config, ab_find_arm(arms[i]), c);
	log_phase("put kvm_intel's parameters back");
	restored = kvm_module_restore();
	log_phase_end();
	return err ? err : restored;
}
