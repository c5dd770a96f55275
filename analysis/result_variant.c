// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/result_variant.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const varying[] = { "l0_kernel", "l0_build", "l0_package", "cpu_model",
				       "emulated_cpu" };

_Static_assert(sizeof(varying) / sizeof(*varying) <= NP_MAX_ARM_ENV, "room for all");

const char *np_arm_variant(const char *arm)
{
	const char *at = strchr(arm, NP_VARIANT);

	return at ? at + 1 : "";
}

const struct np_arm_result *np_result_arm_of(const struct np_result *r, const char *arm,
					     const char *variant)
{
	char name[2 * NP_NAME];

	if (!variant[0])
		return np_result_arm(r, arm);
	snprintf(name, sizeof(name), "%s%c%s", arm, NP_VARIANT, variant);
	return np_result_arm(r, name);
}

static bool varies(const char *key)
{
	for (size_t i = 0; i < sizeof(varying) / sizeof(*varying); i++)
		if (!strcmp(varying[i], key))
			return true;
	return false;
}

/* What stays is moved up, in its order. */
static void move_facts(struct np_result *r, struct np_arm_result *const arms[], uint32_t nr_arms)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < r->nr_env; i++) {
		if (!varies(r->env[i].key)) {
			r->env[kept++] = r->env[i];
			continue;
		}
		for (uint32_t a = 0; a < nr_arms; a++)
			arms[a]->env[arms[a]->nr_env++] = r->env[i];
	}
	r->nr_env = kept;
}

int np_result_make_variant(struct np_result *r, const char *variant)
{
	for (uint32_t i = 0; i < r->nr_arms; i++)
		if (strlen(r->arms[i]->name) + 1 + strlen(variant) >= NP_NAME)
			return -ENAMETOOLONG;
	move_facts(r, r->arms, r->nr_arms);
	for (uint32_t i = 0; i < r->nr_arms; i++) {
		size_t len = strlen(r->arms[i]->name);

		snprintf(r->arms[i]->name + len, NP_NAME - len, "%c%s", NP_VARIANT, variant);
	}
	return 0;
}
