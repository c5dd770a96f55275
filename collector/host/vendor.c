// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/vendor.h"

#include <stdlib.h>

#include "collector/host/cpuinfo.h"
#include "collector/host/hostfs.h"

static const struct kvm_vendor intel = { NP_ISA_VMX, "VMX", "kvm_intel", "kvm-intel.ko", "vmx" };
static const struct kvm_vendor amd = { NP_ISA_SVM, "SVM", "kvm_amd", "kvm-amd.ko", "svm" };

const struct kvm_vendor *kvm_vendor_of(enum np_isa isa)
{
	return isa == NP_ISA_SVM ? &amd : &intel;
}

static bool cpu_is(const struct kvm_vendor *v)
{
	char *flags = cpuinfo("flags");
	bool is = has_word(flags, v->flag);

	free(flags);
	return is;
}

const struct kvm_vendor *kvm_vendor(void)
{
	if (host_exists(KVM_SYSFS, intel.module))
		return &intel;
	return host_exists(KVM_SYSFS, amd.module) || cpu_is(&amd) ? &amd : &intel;
}

const char *kvm_module_name(void)
{
	return kvm_vendor()->module;
}
