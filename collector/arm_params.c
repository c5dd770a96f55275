// SPDX-License-Identifier: GPL-2.0-only
#include "collector/arm_params.h"

#include <stdio.h>
#include <string.h>

#include "collector/host/kvm_module.h"
#include "collector/host/kvm_params.h"

static const char *const matter[] = { "ept", "eptad", "vpid", "unrestricted_guest", "enable_apicv",
				      "flexpriority", "pml", "preemption_timer",
				      "nested_early_check", "vmentry_l1d_flush", "pt_mode",
				      "npt", "vgif", "vls", "avic", "nrips", "lbrv", "vnmi" };

static bool is_recorded(const struct np_arm_result *out, const char *name)
{
	for (uint32_t i = 0; i < out->nr_params; i++)
		if (!strcmp(out->params[i].name, name))
			return true;
	return false;
}

int arm_params_record(const struct ab_arm *arm, struct np_arm_result *out)
{
	int err = 0;

	out->nested = arm->nested;
	for (uint32_t i = 0; !err && i < arm->nr_params; i++) {
		struct np_param *p = &out->params[out->nr_params++];

		snprintf(p->name, sizeof(p->name), "%s", arm->params[i].name);
		err = kvm_module_param(p->name, p->value);
	}
	for (size_t i = 0; !err && i < sizeof(matter) / sizeof(*matter); i++) {
		struct np_param *p = &out->params[out->nr_params];

		if (is_recorded(out, matter[i]))
			continue;
		snprintf(p->name, sizeof(p->name), "%s", matter[i]);
		if (out->nr_params < NP_MAX_PARAMS && kvm_param_read(matter[i], p->value) == 0)
			out->nr_params++;
	}
	return err;
}
