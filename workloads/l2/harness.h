/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame of every workload: flat 32-bit code without a stack, entered at
 * its first byte with the number of iterations in %esi (at least 1). What
 * stands between l2_begin and l2_end is one iteration; it may change %eax,
 * %ebx, %ecx and %edx. At HLT, which no workload uses, %edx:%eax minus
 * %ebp:%edi is the time of all iterations, as the guest itself saw it.
 */
#ifndef NESTPROF_L2_HARNESS_H
#define NESTPROF_L2_HARNESS_H

#define NP_L2_BASE 0x1000 /* guest-physical: the one page that L2 has */
#define NP_L2_SIZE 0x1000

#ifdef __ASSEMBLER__
	.code32

	.macro	l2_begin
	.globl	_start
_start:
	rdtsc
	movl	%eax, %edi
	movl	%edx, %ebp
iteration:
	.endm

	.macro	l2_end
	decl	%esi
	jnz	iteration
	rdtsc
	hlt
	.endm
#endif
#endif
