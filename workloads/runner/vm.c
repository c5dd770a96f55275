// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/runner/vm.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "collector/base/fail.h"
#include "workloads/l2/harness.h"
#include "workloads/runner/extras.h"
#include "workloads/runner/machine.h"
#include "workloads/runner/protocol.h"
#include "workloads/runner/second.h"

struct vm {
	struct machine m;
	void *page;
	struct extras_memory memory;
	struct second second;
};

static int map(void **at, size_t size, int flags, int fd)
{
	*at = mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_POPULATE, fd, 0);
	if (*at != MAP_FAILED)
		return 0;
	*at = NULL;
	return machine_check(-1, "mmap");
}

static int load(struct vm *v, const struct l2_code *code, uint64_t iterations)
{
	int err;

	if (code->size > NP_L2_SIZE)
		return fail(NP_EXIT_L1, -E2BIG, "%s does not fit its page", code->name);
	err = map(&v->page, NP_L2_SIZE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	if (err)
		return err;
	memcpy(v->page, code->code, code->size);
	err = machine_add_memory(&v->m, 0, NP_L2_BASE, v->page, NP_L2_SIZE);
	return err ? err : extras_add_memory(v->m.vm, code, iterations, &v->memory);
}

/* 1 at the workload's end. A port or a device is written to nobody; the guest just goes on. */
static int judge_exit(const struct vm *v, const struct l2_code *code)
{
	switch (v->m.run->exit_reason) {
	case KVM_EXIT_HLT:
		return 1;
	case KVM_EXIT_IO:
		return v->m.run->io.port == NP_L2_DONE;
	case KVM_EXIT_MMIO:
	case KVM_EXIT_INTR:
		return 0;
	default:
		return machine_unexpected(&v->m, code->name);
	}
}

static int run_to_end(struct vm *v, const struct l2_code *code)
{
	int r = code->machine & NP_L2_SECOND ? second_start(&v->second) : 0;

	while (r == 0) {
		if (ioctl(v->m.vcpu, KVM_RUN, 0) < 0 && errno != EINTR && errno != EAGAIN)
			r = machine_check(-1, "KVM_RUN");
		else if (v->second.failed)
			r = machine_unexpected(&v->second.m, code->name);
		else
			r = judge_exit(v, code);
	}
	second_stop(&v->second);
	return r < 0 ? r : 0;
}

static uint64_t pair(uint64_t high, uint64_t low)
{
	return high << 32 | (uint32_t)low;
}

static int pass(struct vm *v, const struct l2_code *code, uint32_t iterations, uint64_t *ticks)
{
	struct kvm_regs r = { .rip = NP_L2_BASE, .rsi = iterations, .rflags = 2 };
	int err = machine_set_regs(&v->m, &r);

	if (!err)
		err = run_to_end(v, code);
	if (!err)
		err = machine_check(ioctl(v->m.vcpu, KVM_GET_REGS, &r), "KVM_GET_REGS");
	*ticks = pair(r.rdx, r.rax) - pair(r.rbp, r.rdi);
	return err;
}

static void destroy(struct vm *v)
{
	second_destroy(&v->second);
	machine_destroy(&v->m);
	if (v->page)
		munmap(v->page, NP_L2_SIZE);
	extras_free_memory(&v->memory);
}

int vm_run(const struct l2_code *code, uint32_t iterations, uint64_t *ticks)
{
	struct vm v = { .m = MACHINE_NONE, .second = SECOND_NONE };
	int err = machine_create(&v.m, code->machine & NP_L2_APIC);

	if (!err && code->machine & NP_L2_APIC)
		err = extras_set_cpuid(v.m.vcpu);
	if (!err)
		err = load(&v, code, (uint64_t)iterations + NP_WARM_UP);
	if (!err)
		err = machine_enter_flat_mode(&v.m);
	if (!err && code->machine & NP_L2_SECOND)
		err = second_create(&v.second, &v.m, code->name);
	if (!err)
		err = pass(&v, code, NP_WARM_UP, ticks);
	if (!err)
		err = pass(&v, code, iterations, ticks);
	destroy(&v);
	return err;
}
