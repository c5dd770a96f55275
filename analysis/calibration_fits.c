// SPDX-License-Identifier: GPL-2.0-only
/* Whose calibration it is. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/calibration.h"
#include "analysis/result_fields.h"

static int stale(char *why, size_t size, const char *what, const char *then, const char *now)
{
	snprintf(why, size, "it was measured with %s %s, this with %s", what, then ?: "unknown",
		 now ?: "unknown");
	return -ESTALE;
}

static bool differ(const char *a, const char *b)
{
	return a && b && strcmp(a, b);
}

/* Those that must be known, and then those that need not be. */
static const char *const facts[] = { "cpu_model", "l0_kernel", "l0_build", "l0_package",
				     "emulator", "emulated_cpu", NP_ENV_LACKING };
#define NR_NEEDED 2

static int check_environment(const struct np_result *then, const struct np_result *now, char *why,
			     size_t size)
{
	if (then->emulated != now->emulated)
		return stale(why, size, "a CPU that is", then->emulated ? "emulated" : "real",
			     now->emulated ? "an emulated one" : "a real one");
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		const char *a = np_result_env(then, facts[i]), *b = np_result_env(now, facts[i]);

		if (differ(a, b) || (i < NR_NEEDED && (!a || !b)))
			return stale(why, size, facts[i], a, b);
	}
	if (strcmp(then->time_unit, now->time_unit))
		return stale(why, size, "times in", then->time_unit, now->time_unit);
	return 0;
}

static const char *param(const struct np_arm_result *a, const char *name)
{
	for (uint32_t i = 0; i < a->nr_params; i++)
		if (!strcmp(a->params[i].name, name))
			return a->params[i].value;
	return NULL;
}

int np_calibration_fits(const struct np_calibration *c, const struct np_result *r,
			const char *arm, char *why, size_t size)
{
	const struct np_arm_result *then = np_result_arm(c->where, arm);
	const struct np_arm_result *now = np_result_arm(r, arm);
	int err = check_environment(c->where, r, why, size);

	for (uint32_t i = 0; !err && then && now && i < then->nr_params; i++) {
		const struct np_param *p = &then->params[i];

		if (differ(p->value, param(now, p->name)))
			err = stale(why, size, p->name, p->value, param(now, p->name));
	}
	return err;
}
