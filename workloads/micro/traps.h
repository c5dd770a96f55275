/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions end L1 with one line; interrupts end a HLT, and nothing else. */
#ifndef NESTPROF_MICRO_TRAPS_H
#define NESTPROF_MICRO_TRAPS_H

#include <stdint.h>

#define TRAPS_IRQ_BASE 0x20 /* 16 vectors from here on are the PICs' */

/* What traps.S leaves on the stack. */
struct trap {
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

void traps_begin(void);
void trap(const struct trap *t) __attribute__((noreturn)); /* called by traps.S */

#endif
