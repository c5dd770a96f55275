/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame of every workload: flat 32-bit code without a stack, entered at
 * its first byte with the number of iterations in %esi (at least 1). What
 * stands before l2_begin is done once; what stands between l2_begin and the
 * end is one iteration, and may change %eax, %ebx, %ecx and %edx. At the end
 * %edx:%eax minus %ebp:%edi is the time of all iterations, as the guest itself
 * saw it; time that a workload only waited it adds to %ebp:%edi.
 *
 * The end is HLT, which no such workload uses; with NP_L2_APIC, where KVM
 * itself waits for a halted vCPU's interrupts, a write to port NP_L2_DONE.
 */
#ifndef NESTPROF_L2_HARNESS_H
#define NESTPROF_L2_HARNESS_H

#define NP_L2_BASE 0x1000 /* guest-physical: the page that L2 begins in */
#define NP_L2_SIZE 0x1000
#define NP_L2_MEMORY 0x100000 /* more pages, for those that ask for some */
#define NP_L2_DONE 0xf4

/* What a workload's VM has besides. */
#define NP_L2_APIC 1 /* interrupt controllers in the kernel, and a timer with a deadline */
#define NP_L2_SECOND 2 /* another vCPU, on a CPU of its own: it enters with 0 in %esi */

#ifdef __ASSEMBLER__
	.code32

	/* Before what is done once, where there is something. */
	.macro	l2_setup
	.globl	_start
_start:
	.endm

	.macro	l2_begin
	.ifndef	_start
	l2_setup
	.endif
	rdtsc
	movl	%eax, %edi
	movl	%edx, %ebp
iteration:
	.endm

	.macro	l2_repeat
	decl	%esi
	jnz	iteration
	rdtsc
	.endm

	.macro	l2_end
	l2_repeat
	hlt
	.endm

	.macro	l2_end_apic
	l2_repeat
	outb	%al, $NP_L2_DONE
	.endm
#endif
#endif
