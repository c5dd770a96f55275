/* SPDX-License-Identifier: GPL-2.0-only */
/* For workloads that take interrupts or exceptions: a stack, a GDT, and an IDT of one vector. */
#ifndef NESTPROF_L2_TRAPS_H
#define NESTPROF_L2_TRAPS_H

#include "workloads/l2/harness.h"

#define CODE_SELECTOR 8
#define FLAT_SEGMENT(access) 0x00cf00000000ffff | (access) << 40
#define ACCESSED_CODE 0x9b
#define ACCESSED_DATA 0x93
#define INTERRUPT_GATE 0x8e00

	/* In the set-up. */
	.macro	l2_take_traps
	lgdt	gdt_pointer
	lidt	idt_pointer
	movl	$NP_L2_BASE + NP_L2_SIZE, %esp
	.endm

	/* After the end: `trap` is called for the vector. */
	.macro	l2_tables vector
	.balign	8
gdt:
	.quad	0
	.quad	FLAT_SEGMENT(ACCESSED_CODE)
	.quad	FLAT_SEGMENT(ACCESSED_DATA)
idt:
	.fill	\vector, 8, 0
	.word	trap, CODE_SELECTOR, INTERRUPT_GATE, 0	/* all of L2 is below 64 KiB */
idt_pointer:
	.word	. - idt - 1
	.long	idt
gdt_pointer:
	.word	idt - gdt - 1
	.long	gdt
	.endm
#endif
