// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/arm_pair.h"

#include <string.h>

static const struct np_arm_pair pairs[] = {
	{ NP_ARM_OFF, NP_ARM_ON, "shadow VMCS" },
	{ "vgif-off", "vgif-on", "virtual GIF" },
	{ "vls-off", "vls-on", "virtual VMLOAD and VMSAVE" },
	{ "npt-off", "npt-on", "nested paging" },
	{ "avic-off", "avic-on", "AVIC" },
};

#define NR_PAIRS (sizeof(pairs) / sizeof(pairs[0]))

const struct np_arm_pair *np_arm_pair(const struct np_result *r)
{
	for (size_t i = 0; i < NR_PAIRS; i++)
		if (np_result_arm(r, pairs[i].off) || np_result_arm(r, pairs[i].on))
			return &pairs[i];
	return &pairs[0];
}

uint32_t np_arm_rank(const char *arm)
{
	if (!strcmp(arm, NP_ARM_SINGLE))
		return 0;
	for (uint32_t i = 0; i < NR_PAIRS; i++) {
		if (!strcmp(arm, pairs[i].off))
			return 2 * i + 1;
		if (!strcmp(arm, pairs[i].on))
			return 2 * i + 2;
	}
	return 2 * NR_PAIRS + 1;
}
