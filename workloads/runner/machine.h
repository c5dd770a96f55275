/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM with a vCPU, of the KVM that there is. All fail() with what KVM refused. */
#ifndef NESTPROF_RUNNER_MACHINE_H
#define NESTPROF_RUNNER_MACHINE_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct machine {
	int kvm, vm, vcpu;
	struct kvm_run *run;
	size_t run_size;
};
#define MACHINE_NONE ((struct machine){ .kvm = -1, .vm = -1, .vcpu = -1 })

/* What an ioctl() or the like returned: 0, or fail()s with `what`. */
int machine_check(int result, const char *what);

/* With interrupt controllers in the kernel, or without. */
int machine_create(struct machine *m, bool irqchip);
/* The same VM's second vCPU, which runs at once. It is destroyed by itself. */
int machine_create_second(struct machine *second, const struct machine *first);
int machine_add_memory(struct machine *m, uint32_t slot, uint64_t at, void *memory, size_t size);
/* Flat 32-bit protected mode, no paging; all registers are 0 but these. */
int machine_enter_flat_mode(struct machine *m);
int machine_set_regs(struct machine *m, const struct kvm_regs *r);
/* An exit that `name` was not to make. */
int machine_unexpected(const struct machine *m, const char *name);
void machine_destroy(struct machine *m);

#endif
