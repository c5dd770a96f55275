/* SPDX-License-Identifier: GPL-2.0-only */
/* L2: entered, and left at each of its exits. */
#ifndef NESTPROF_MICRO_L2_H
#define NESTPROF_MICRO_L2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/micro/vmx.h"
#include "workloads/runner/l2_code.h"

/* L2's registers while it does not run; switch.S knows the order. */
struct l2_regs {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
};

extern struct l2_regs l2_regs;

/* L2 has run: the next entry is a VMRESUME. */
extern bool l2_launched;

/* switch.S: VMLAUNCH or VMRESUME, until L2 exits. */
enum vmx_status l2_enter(bool resume);
extern const char l2_exit[];
extern const char l2_exit_stack[]; /* its upper end */

/*
 * Runs a workload as protocol.h says, its warm-up first. Per exit of L2, HLT
 * included, L1 makes the accesses of exit.h, and then VMRESUME: no other
 * instruction of L1 need exit to L0. Says what failed.
 */
bool l2_run(const struct l2_code *code, uint32_t iterations, uint64_t *ticks);

/*
 * Tries to enter L2 where it was left, with `value` in a field and so often, and puts back what
 * was there. How each try failed: as protocol.h says it, in `how`. False, and said: one of
 * them did not fail, or not as the others.
 */
bool l2_fail(uint32_t field, uint64_t value, uint32_t times, char *how, size_t size);

#endif
