/* SPDX-License-Identifier: GPL-2.0-only */
/* The entry points of all exceptions, TRAP_STUB_SIZE bytes each, and of interrupts. */
#include "workloads/micro/layout.h"

	.text
	.balign	TRAP_STUB_SIZE
	.globl	trap_stubs
trap_stubs:
	.set	vector, 0
	.rept	NR_EXCEPTIONS
	.balign	TRAP_STUB_SIZE
	/* #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP push an error code themselves. */
	.if	!(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21)
	pushq	$0
	.endif
	pushq	$vector
	jmp	trapped
	.set	vector, vector + 1
	.endr

trapped:
	movq	%rsp, %rdi /* struct trap */
	andq	$-16, %rsp
	cld
	call	trap

	.globl	interrupt_stub
interrupt_stub:
	iretq

	.section .note.GNU-stack, "", @progbits
