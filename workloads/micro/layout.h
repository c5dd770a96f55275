/* SPDX-License-Identifier: GPL-2.0-only */
/* What entry.S sets up, and others must know: selectors, vectors. */
#ifndef NESTPROF_MICRO_LAYOUT_H
#define NESTPROF_MICRO_LAYOUT_H

#define CODE_SELECTOR 0x08
#define DATA_SELECTOR 0x10
#define TSS_SELECTOR 0x18 /* for VMX, which wants one; never loaded from the GDT */

#define NR_EXCEPTIONS 32
#define TRAP_STUB_SIZE 16 /* of each exception's entry point in traps.S */

#endif
