// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/extras.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "collector/base/fail.h"
#include "workloads/l2/harness.h"

#define MAX_PAGES 16384 /* L1 has 256 MiB */

#define CPUID_1_ECX_TSC_DEADLINE (1u << 24)
#define CPUID_1_EDX_TSC_MSR_APIC (1u << 4 | 1u << 5 | 1u << 9)

int extras_create_irqchip(int vm)
{
	if (ioctl(vm, KVM_CREATE_IRQCHIP, 0) == 0)
		return 0;
	return fail(NP_EXIT_L1, -errno, "KVM_CREATE_IRQCHIP: %s", strerror(errno));
}

/* KVM looks there for what the timer can do. */
int extras_set_cpuid(int vcpu)
{
	struct {
		struct kvm_cpuid2 header;
		struct kvm_cpuid_entry2 leaf[2];
	} c = {
		.header.nent = 2,
		.leaf = { { .function = 0, .eax = 1 },
			  { .function = 1,
			    .ecx = CPUID_1_ECX_TSC_DEADLINE,
			    .edx = CPUID_1_EDX_TSC_MSR_APIC } },
	};

	if (ioctl(vcpu, KVM_SET_CPUID2, &c) == 0)
		return 0;
	return fail(NP_EXIT_L1, -errno, "KVM_SET_CPUID2: %s", strerror(errno));
}

/* Small pages: of a huge one, L2 would touch the first alone for the first time. */
static int populate(struct extras_memory *m)
{
	m->at = mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m->at == MAP_FAILED) {
		m->at = NULL;
		return fail(NP_EXIT_L1, -errno, "mmap: %s", strerror(errno));
	}
	if (madvise(m->at, m->size, MADV_NOHUGEPAGE) < 0 && errno != EINVAL)
		return fail(NP_EXIT_L1, -errno, "madvise: %s", strerror(errno));
	memset(m->at, 1, m->size); /* zeroes could still be the kernel's one page of them */
	memset(m->at, 0, m->size);
	return 0;
}

int extras_memory_size(const struct l2_code *code, uint64_t iterations, uint64_t *size)
{
	uint64_t pages = code->pages + code->pages_each * iterations;

	*size = pages * NP_L2_SIZE;
	if (pages <= MAX_PAGES)
		return 0;
	return fail(NP_EXIT_L1, -E2BIG, "%s: so many iterations need %llu pages of memory, of %d "
		    "at most", code->name, (unsigned long long)pages, MAX_PAGES);
}

int extras_add_memory(int vm, const struct l2_code *code, uint64_t iterations,
		      struct extras_memory *memory)
{
	struct kvm_userspace_memory_region region = { .slot = 1,
						      .guest_phys_addr = NP_L2_MEMORY };
	int err;

	memory->at = NULL;
	err = extras_memory_size(code, iterations, &memory->size);
	if (err || !memory->size)
		return err;
	err = populate(memory);
	if (err)
		return err;
	region.memory_size = memory->size;
	region.userspace_addr = (uintptr_t)memory->at;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0)
		err = fail(NP_EXIT_L1, -errno, "KVM_SET_USER_MEMORY_REGION: %s", strerror(errno));
	return err;
}

void extras_free_memory(struct extras_memory *memory)
{
	if (memory->at)
		munmap(memory->at, memory->size);
	memory->at = NULL;
}
