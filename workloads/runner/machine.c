// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "workloads/runner/extras.h"

#define TSS_ADDR 0xfffbd000ul /* three pages for KVM itself, out of the guest's way */

int machine_check(int result, const char *what)
{
	return result < 0 ? fail(NP_EXIT_L1, -errno, "%s: %s", what, strerror(errno)) : 0;
}

static int map_run(struct machine *m)
{
	int size = ioctl(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	if (size < 0)
		return machine_check(size, "KVM_GET_VCPU_MMAP_SIZE");
	m->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, m->vcpu, 0);
	if (m->run == MAP_FAILED) {
		m->run = NULL;
		return machine_check(-1, "mmap");
	}
	m->run_size = size;
	return 0;
}

static int create_vcpu(struct machine *m, int number)
{
	int err;

	m->vcpu = ioctl(m->vm, KVM_CREATE_VCPU, number);
	err = machine_check(m->vcpu, "KVM_CREATE_VCPU");
	return err ? err : map_run(m);
}

int machine_create(struct machine *m, bool irqchip)
{
	int err;

	m->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	err = machine_check(m->kvm, "/dev/kvm");
	if (!err) {
		m->vm = ioctl(m->kvm, KVM_CREATE_VM, 0);
		err = machine_check(m->vm, "KVM_CREATE_VM");
	}
	if (!err)
		err = machine_check(ioctl(m->vm, KVM_SET_TSS_ADDR, TSS_ADDR), "KVM_SET_TSS_ADDR");
	if (!err && irqchip)
		err = extras_create_irqchip(m->vm);
	return err ? err : create_vcpu(m, 0);
}

int machine_create_second(struct machine *second, const struct machine *first)
{
	struct kvm_mp_state runs = { .mp_state = KVM_MP_STATE_RUNNABLE };
	int err;

	second->kvm = fcntl(first->kvm, F_DUPFD_CLOEXEC, 0);
	second->vm = fcntl(first->vm, F_DUPFD_CLOEXEC, 0);
	err = machine_check(second->kvm < 0 ? second->kvm : second->vm, "dup");
	if (!err)
		err = create_vcpu(second, 1);
	return err ? err : machine_check(ioctl(second->vcpu, KVM_SET_MP_STATE, &runs),
					 "KVM_SET_MP_STATE");
}

int machine_add_memory(struct machine *m, uint32_t slot, uint64_t at, void *memory, size_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = at,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	return machine_check(ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region),
			     "KVM_SET_USER_MEMORY_REGION");
}

int machine_enter_flat_mode(struct machine *m)
{
	struct kvm_segment code = { .limit = 0xffffffff, .selector = 8, .type = 0xb,
				    .present = 1, .db = 1, .s = 1, .g = 1 };
	struct kvm_segment data = code;
	struct kvm_sregs s;
	int err = machine_check(ioctl(m->vcpu, KVM_GET_SREGS, &s), "KVM_GET_SREGS");

	if (err)
		return err;
	data.selector = 16;
	data.type = 3;
	s.cs = code;
	s.ds = s.es = s.fs = s.gs = s.ss = data;
	s.cr0 |= 1; /* protected mode, no paging */
	return machine_check(ioctl(m->vcpu, KVM_SET_SREGS, &s), "KVM_SET_SREGS");
}

int machine_set_regs(struct machine *m, const struct kvm_regs *r)
{
	return machine_check(ioctl(m->vcpu, KVM_SET_REGS, r), "KVM_SET_REGS");
}

static const char *exit_name(uint32_t reason)
{
	static const struct {
		uint32_t reason;
		const char *name;
	} names[] = {
#define NAME(n) { KVM_EXIT_##n, "KVM_EXIT_" #n }
		NAME(UNKNOWN), NAME(EXCEPTION), NAME(HYPERCALL), NAME(DEBUG),
		NAME(IRQ_WINDOW_OPEN), NAME(SHUTDOWN), NAME(FAIL_ENTRY), NAME(INTR),
		NAME(INTERNAL_ERROR), NAME(SYSTEM_EVENT),
#undef NAME
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].reason == reason)
			return names[i].name;
	return "KVM exit";
}

int machine_unexpected(const struct machine *m, const char *name)
{
	const struct kvm_run *run = m->run;
	unsigned long long detail = 0;

	if (run->exit_reason == KVM_EXIT_FAIL_ENTRY)
		detail = run->fail_entry.hardware_entry_failure_reason;
	else if (run->exit_reason == KVM_EXIT_INTERNAL_ERROR)
		detail = run->internal.suberror;
	else if (run->exit_reason == KVM_EXIT_UNKNOWN)
		detail = run->hw.hardware_exit_reason;
	return fail(NP_EXIT_L1, -EIO, "%s ended with %s (%u, detail %#llx)", name,
		    exit_name(run->exit_reason), run->exit_reason, detail);
}

void machine_destroy(struct machine *m)
{
	if (m->run)
		munmap(m->run, m->run_size);
	if (m->vcpu >= 0)
		close(m->vcpu);
	if (m->vm >= 0)
		close(m->vm);
	if (m->kvm >= 0)
		close(m->kvm);
	*m = MACHINE_NONE;
}
