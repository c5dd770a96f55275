// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/arm_pair.h"

#include <string.h>

#include "analysis/result_variant.h"

static const struct np_arm_pair pairs[] = {
	{ NP_ARM_OFF, NP_ARM_ON, "shadow VMCS" },
	{ "vgif-off", "vgif-on", "virtual GIF" },
	{ "vls-off", "vls-on", "virtual VMLOAD and VMSAVE" },
	{ "npt-off", "npt-on", "nested paging" },
	{ "avic-off", "avic-on", "AVIC" },
};

#define NR_PAIRS (sizeof(pairs) / sizeof(pairs[0]))

static bool is_of(const char *arm, const struct np_arm_pair *pair)
{
	return np_arm_is(arm, pair->off) || np_arm_is(arm, pair->on);
}

const struct np_arm_pair *np_arm_pair(const struct np_result *r)
{
	for (size_t i = 0; i < NR_PAIRS; i++)
		for (uint32_t a = 0; a < r->nr_arms; a++)
			if (is_of(r->arms[a]->name, &pairs[i]))
				return &pairs[i];
	return &pairs[0];
}

bool np_arm_is_known(const char *arm)
{
	for (size_t i = 0; i < NR_PAIRS; i++)
		if (is_of(arm, &pairs[i]))
			return true;
	return np_arm_is(arm, NP_ARM_SINGLE) || np_arm_is(arm, NP_ARM_NATIVE);
}

uint32_t np_arm_rank(const char *arm)
{
	if (!strcmp(arm, NP_ARM_NATIVE))
		return 0;
	if (!strcmp(arm, NP_ARM_SINGLE))
		return 1;
	for (uint32_t i = 0; i < NR_PAIRS; i++) {
		if (!strcmp(arm, pairs[i].off))
			return 2 * i + 2;
		if (!strcmp(arm, pairs[i].on))
			return 2 * i + 3;
	}
	return 2 * NR_PAIRS + 2;
}
