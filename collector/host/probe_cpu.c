// SPDX-License-Identifier: GPL-2.0-only
/* The CPU: VMX and the features KVM's nesting can use. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/host/cpuinfo.h"
#include "collector/host/hostfs.h"
#include "collector/host/probe.h"

/* Intel SDM vol. 3, appendix A: the upper half says which controls may be 1. */
#define MSR_PROCBASED_CTLS 0x482
#define MSR_PROCBASED_CTLS2 0x48b
#define SECONDARY_CONTROLS (1ULL << 63)
#define CTLS2_EPT (1ULL << (32 + 1))
#define CTLS2_SHADOW_VMCS (1ULL << (32 + 14))

static void look_model(struct fact *f, const char *arg)
{
	char *model = cpuinfo("model name");

	(void)arg;
	if (model)
		fact_found(f, FACT_OK, "%s", model);
	else
		fact_found(f, FACT_UNKNOWN, "no model name in /proc/cpuinfo");
	free(model);
}

static void look_vmx(struct fact *f, const char *arg)
{
	char *flags = cpuinfo("flags");

	(void)arg;
	if (has_word(flags, "vmx")) {
		fact_found(f, FACT_OK, "in the CPU's flags");
	} else {
		fact_found(f, FACT_MISSING, "no VMX and no SVM in the CPU's flags");
		fact_remedy(f, "enable it in the firmware (or for this VM in its host), "
			       "or use nestprof lab, which needs none");
	}
	free(flags);
}

static bool read_msr(uint32_t msr, uint64_t *value)
{
	char path[NP_PATH];
	bool ok;
	int fd;

	if (host_path(path, "/dev/cpu/0/msr") < 0)
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ok = pread(fd, value, sizeof(*value), msr) == sizeof(*value);
	close(fd);
	return ok;
}

/* 1 or 0 by the VMX capability MSRs, -1 when they cannot be read. */
static int msr_allows(uint64_t bit)
{
	uint64_t ctls, ctls2;

	if (!read_msr(MSR_PROCBASED_CTLS, &ctls))
		return -1;
	if (!(ctls & SECONDARY_CONTROLS))
		return 0;
	if (!read_msr(MSR_PROCBASED_CTLS2, &ctls2))
		return -1;
	return !!(ctls2 & bit);
}

/* Kernels since 5.6 have the line "vmx flags"; before, only the MSRs tell. */
static int has_vmx_feature(const char *name, uint64_t bit)
{
	char *flags = cpuinfo("flags"), *vmx = cpuinfo("vmx flags");
	int has;

	if (!has_word(flags, "vmx"))
		has = 0;
	else if (vmx)
		has = has_word(vmx, name);
	else
		has = msr_allows(bit);
	free(flags);
	free(vmx);
	return has;
}

static void look_feature(struct fact *f, const char *name, uint64_t bit)
{
	int has = has_vmx_feature(name, bit);

	if (has > 0) {
		fact_found(f, FACT_OK, "the CPU has it");
	} else if (has < 0) {
		fact_found(f, FACT_UNKNOWN, "the kernel does not say; the MSRs are unreadable");
		fact_remedy(f, "modprobe msr, and run as root");
	} else {
		fact_found(f, FACT_MISSING, "the CPU does not have it, or its host hides it");
		fact_remedy(f, "measure on bare metal, or use nestprof lab");
	}
}

static void look_ept(struct fact *f, const char *arg)
{
	(void)arg;
	look_feature(f, "ept", CTLS2_EPT);
}

static void look_shadow_vmcs(struct fact *f, const char *arg)
{
	(void)arg;
	look_feature(f, "shadow_vmcs", CTLS2_SHADOW_VMCS);
}

const struct probe probes_cpu[] = {
	{ "CPU", 0, NP_EXIT_OK, look_model, NULL, 0 },
	{ "VMX", FOR_AB, NP_EXIT_NO_VMX, look_vmx, NULL, NP_ISA_VMX },
	{ "EPT", FOR_AB, NP_EXIT_NO_VMX, look_ept, NULL, NP_ISA_VMX },
	{ "VMCS shadowing", FOR_AB, NP_EXIT_NO_VMX, look_shadow_vmcs, NULL, NP_ISA_VMX },
	{ 0 },
};
