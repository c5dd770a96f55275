// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/linux_cpuid.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "collector/base/fail.h"

#define MAX_LEAVES 256

#define FEATURES 1u
#define FEATURES_ECX_TSC_DEADLINE (1u << 24)
#define FEATURES_ECX_HYPERVISOR (1u << 31) /* without, Linux does not look for kvm-clock */
#define FEATURES_EBX_APIC_ID (0xffu << 24)
#define CACHES 4u
#define CACHES_EAX_SHARED 0xffffc000u /* by how many threads, and cores */
#define TOPOLOGY 0xbu
#define TOPOLOGY_2 0x1fu

/* One CPU, its APIC's number 0, whichever CPU of the host this was asked on. */
static void adapt(struct kvm_cpuid_entry2 *e)
{
	switch (e->function) {
	case FEATURES:
		e->ecx |= FEATURES_ECX_TSC_DEADLINE | FEATURES_ECX_HYPERVISOR;
		e->ebx &= ~FEATURES_EBX_APIC_ID;
		break;
	case CACHES:
		e->eax &= ~CACHES_EAX_SHARED;
		break;
	case TOPOLOGY:
	case TOPOLOGY_2:
		e->eax = e->ebx = e->ecx = e->edx = 0;
		break;
	}
}

int linux_set_cpuid(struct machine *m)
{
	struct kvm_cpuid2 *c = calloc(1, sizeof(*c) + MAX_LEAVES * sizeof(c->entries[0]));
	int err = c ? 0 : fail(NP_EXIT_L1, -ENOMEM, "no memory for CPUID");

	if (!err) {
		c->nent = MAX_LEAVES;
		err = machine_check(ioctl(m->kvm, KVM_GET_SUPPORTED_CPUID, c),
				    "KVM_GET_SUPPORTED_CPUID");
	}
	for (uint32_t i = 0; !err && i < c->nent; i++)
		adapt(&c->entries[i]);
	if (!err)
		err = machine_check(ioctl(m->vcpu, KVM_SET_CPUID2, c), "KVM_SET_CPUID2");
	free(c);
	return err;
}
