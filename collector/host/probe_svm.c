// SPDX-License-Identifier: GPL-2.0-only
/* An AMD CPU: SVM and the features KVM's nesting can use. */
#include <stdlib.h>

#include "collector/host/cpuinfo.h"
#include "collector/host/probe.h"

static bool cpu_has(const char *flag)
{
	char *flags = cpuinfo("flags");
	bool has = has_word(flags, flag);

	free(flags);
	return has;
}

static void look_needed(struct fact *f, const char *flag)
{
	if (cpu_has(flag)) {
		fact_found(f, FACT_OK, "in the CPU's flags");
		return;
	}
	fact_found(f, FACT_MISSING, "no %s in the CPU's flags", flag);
	fact_remedy(f, "enable it in the firmware (or for this VM in its host), or use "
		       "nestprof lab --cpu amd, which needs none");
}

static void look_wanted(struct fact *f, const char *flag)
{
	if (cpu_has(flag)) {
		fact_found(f, FACT_OK, "the CPU has it");
		return;
	}
	fact_found(f, FACT_WARN, "no %s: the CPU does not have it, or its host hides it", flag);
	fact_remedy(f, "leave out the arms that need it");
}

const struct probe probes_svm[] = {
	{ "SVM", FOR_AB, NP_EXIT_NO_VMX, look_needed, "svm", NP_ISA_SVM },
	{ "nested paging", FOR_AB, NP_EXIT_NO_VMX, look_needed, "npt", NP_ISA_SVM },
	{ "virtual GIF", 0, NP_EXIT_OK, look_wanted, "vgif", NP_ISA_SVM },
	{ "virtual VMLOAD and VMSAVE", 0, NP_EXIT_OK, look_wanted, "v_vmsave_vmload", NP_ISA_SVM },
	{ 0 },
};
