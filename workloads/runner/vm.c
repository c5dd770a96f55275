// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "workloads/l2/harness.h"
#include "workloads/runner/extras.h"
#include "workloads/runner/protocol.h"

#define TSS_ADDR 0xfffbd000ul /* three pages for KVM itself, out of the guest's way */

struct vm {
	int kvm, vm, vcpu;
	void *page;
	struct extras_memory memory;
	struct kvm_run *run;
	size_t run_size;
};

static int check(int result, const char *what)
{
	return result < 0 ? fail(NP_EXIT_L1, -errno, "%s: %s", what, strerror(errno)) : 0;
}

static int map(void **at, size_t size, int flags, int fd)
{
	*at = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_POPULATE, fd, 0);
	if (*at != MAP_FAILED)
		return 0;
	*at = NULL;
	return check(-1, "mmap");
}

static int create(struct vm *m, const struct l2_code *code)
{
	int err;

	m->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	err = check(m->kvm, "/dev/kvm");
	if (!err) {
		m->vm = ioctl(m->kvm, KVM_CREATE_VM, 0);
		err = check(m->vm, "KVM_CREATE_VM");
	}
	if (!err)
		err = check(ioctl(m->vm, KVM_SET_TSS_ADDR, TSS_ADDR), "KVM_SET_TSS_ADDR");
	if (!err && code->machine & NP_L2_APIC)
		err = extras_create_irqchip(m->vm);
	if (!err) {
		m->vcpu = ioctl(m->vm, KVM_CREATE_VCPU, 0);
		err = check(m->vcpu, "KVM_CREATE_VCPU");
	}
	if (!err && code->machine & NP_L2_APIC)
		err = extras_set_cpuid(m->vcpu);
	if (!err) {
		int size = ioctl(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

		m->run_size = size < 0 ? 0 : size;
		err = check(size, "KVM_GET_VCPU_MMAP_SIZE");
	}
	return err ? err : map((void **)&m->run, m->run_size, MAP_SHARED, m->vcpu);
}

static int load(struct vm *m, const struct l2_code *code, uint64_t iterations)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = NP_L2_BASE,
		.memory_size = NP_L2_SIZE,
	};
	int err;

	if (code->size > NP_L2_SIZE)
		return fail(NP_EXIT_L1, -E2BIG, "%s does not fit its page", code->name);
	err = map(&m->page, NP_L2_SIZE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (err)
		return err;
	memcpy(m->page, code->code, code->size);
	region.userspace_addr = (uintptr_t)m->page;
	err = check(ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region),
		    "KVM_SET_USER_MEMORY_REGION");
	return err ? err : extras_add_memory(m->vm, code, iterations, &m->memory);
}

static int enter_flat_mode(struct vm *m)
{
	struct kvm_segment code = { .limit = 0xffffffff, .selector = 8, .type = 0xb,
				    .present = 1, .db = 1, .s = 1, .g = 1 };
	struct kvm_segment data = code;
	struct kvm_sregs s;
	int err = check(ioctl(m->vcpu, KVM_GET_SREGS, &s), "KVM_GET_SREGS");

	if (err)
		return err;
	data.selector = 16;
	data.type = 3;
	s.cs = code;
	s.ds = s.es = s.fs = s.gs = s.ss = data;
	s.cr0 |= 1; /* protected mode, no paging */
	return check(ioctl(m->vcpu, KVM_SET_SREGS, &s), "KVM_SET_SREGS");
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

static int unexpected(const struct kvm_run *run, const struct l2_code *code)
{
	unsigned long long detail = 0;

	if (run->exit_reason == KVM_EXIT_FAIL_ENTRY)
		detail = run->fail_entry.hardware_entry_failure_reason;
	else if (run->exit_reason == KVM_EXIT_INTERNAL_ERROR)
		detail = run->internal.suberror;
	else if (run->exit_reason == KVM_EXIT_UNKNOWN)
		detail = run->hw.hardware_exit_reason;
	return fail(NP_EXIT_L1, -EIO, "%s ended with %s (%u, detail %#llx)", code->name,
		    exit_name(run->exit_reason), run->exit_reason, detail);
}

/* 1 at the workload's end. A port or a device is written to nobody; the guest just goes on. */
static int judge_exit(const struct kvm_run *run, const struct l2_code *code)
{
	switch (run->exit_reason) {
	case KVM_EXIT_HLT:
		return 1;
	case KVM_EXIT_IO:
		return run->io.port == NP_L2_DONE;
	case KVM_EXIT_MMIO:
	case KVM_EXIT_INTR:
		return 0;
	default:
		return unexpected(run, code);
	}
}

static int run_to_end(struct vm *m, const struct l2_code *code)
{
	int r;

	do {
		if (ioctl(m->vcpu, KVM_RUN, 0) < 0 && errno != EINTR && errno != EAGAIN)
			return check(-1, "KVM_RUN");
		r = judge_exit(m->run, code);
	} while (r == 0);
	return r < 0 ? r : 0;
}

static uint64_t pair(uint64_t high, uint64_t low)
{
	return high << 32 | (uint32_t)low;
}

static int pass(struct vm *m, const struct l2_code *code, uint32_t iterations, uint64_t *ticks)
{
	struct kvm_regs r = { .rip = NP_L2_BASE, .rsi = iterations, .rflags = 2 };
	int err = check(ioctl(m->vcpu, KVM_SET_REGS, &r), "KVM_SET_REGS");

	if (!err)
		err = run_to_end(m, code);
	if (!err)
		err = check(ioctl(m->vcpu, KVM_GET_REGS, &r), "KVM_GET_REGS");
	*ticks = pair(r.rdx, r.rax) - pair(r.rbp, r.rdi);
	return err;
}

static void destroy(struct vm *m)
{
	if (m->run)
		munmap(m->run, m->run_size);
	if (m->vcpu >= 0)
		close(m->vcpu);
	if (m->vm >= 0)
		close(m->vm);
	if (m->kvm >= 0)
		close(m->kvm);
	if (m->page)
		munmap(m->page, NP_L2_SIZE);
	extras_free_memory(&m->memory);
}

int vm_run(const struct l2_code *code, uint32_t iterations, uint64_t *ticks)
{
	struct vm m = { .kvm = -1, .vm = -1, .vcpu = -1 };
	int err = create(&m, code);

	if (!err)
		err = load(&m, code, (uint64_t)iterations + NP_WARM_UP);
	if (!err)
		err = enter_flat_mode(&m);
	if (!err)
		err = pass(&m, code, NP_WARM_UP, ticks);
	if (!err)
		err = pass(&m, code, iterations, ticks);
	destroy(&m);
	return err;
}
