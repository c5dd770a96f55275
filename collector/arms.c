// SPDX-License-Identifier: GPL-2.0-only
#include "collector/arms.h"

#include <stdio.h>
#include <string.h>

/*
 * "single" is the same code as a plain guest of L0: what a guest's exit costs
 * without nesting; "native" is the same code as a process of L0, without any
 * guest. nested=1 there too, so that the arms differ in one thing.
 */
static const struct ab_arm arms[] = {
	{ NP_ARM_NATIVE, 0, false, true, false, 1, { { "nested", "1" } } },
	{ NP_ARM_SINGLE, 0, false, false, true, 1, { { "nested", "1" } } },
	{ "shadow-off", NP_ISA_VMX, true, false, true, 2,
	  { { "nested", "1" }, { "enable_shadow_vmcs", "0" } } },
	{ "shadow-on", NP_ISA_VMX, true, false, true, 2,
	  { { "nested", "1" }, { "enable_shadow_vmcs", "1" } } },
	{ "vgif-off", NP_ISA_SVM, true, false, true, 2, { { "nested", "1" }, { "vgif", "0" } } },
	{ "vgif-on", NP_ISA_SVM, true, false, true, 2, { { "nested", "1" }, { "vgif", "1" } } },
	{ "vls-off", NP_ISA_SVM, true, false, false, 2, { { "nested", "1" }, { "vls", "0" } } },
	{ "vls-on", NP_ISA_SVM, true, false, false, 2, { { "nested", "1" }, { "vls", "1" } } },
	{ "npt-off", NP_ISA_SVM, true, false, false, 2, { { "nested", "1" }, { "npt", "0" } } },
	{ "npt-on", NP_ISA_SVM, true, false, false, 2, { { "nested", "1" }, { "npt", "1" } } },
	{ "avic-off", NP_ISA_SVM, true, false, false, 2, { { "nested", "1" }, { "avic", "0" } } },
	{ "avic-on", NP_ISA_SVM, true, false, false, 2, { { "nested", "1" }, { "avic", "1" } } },
};

#define NR_ARMS (sizeof(arms) / sizeof(*arms))

const struct ab_arm *ab_find_arm(const char *name)
{
	for (size_t i = 0; i < NR_ARMS; i++)
		if (!strcmp(arms[i].name, name))
			return &arms[i];
	return NULL;
}

const struct ab_arm *ab_arm_of(enum np_isa isa, uint32_t nth)
{
	for (size_t i = 0; i < NR_ARMS; i++)
		if ((!arms[i].isa || arms[i].isa == isa) && nth-- == 0)
			return &arms[i];
	return NULL;
}

const char *ab_arm_names(void)
{
	static char names[256];
	size_t n = 0;

	for (size_t i = 0; i < NR_ARMS && n < sizeof(names); i++)
		n += snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "", arms[i].name);
	return names;
}
