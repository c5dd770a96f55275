/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first vCPU sends, and looks at memory until the second has taken it. The second runs
 * all the time: with a HLT it would be the wake-up that is timed. It says so in its loop, with
 * its interrupt ended: where the next one finds it.
 *
 * The first also takes interrupts, though it is sent none. Bochs 2.7 masks those of the host
 * in a guest that was entered without (its VM entry sets RFLAGS before the CPU is a guest), and
 * the second's CPU waits for the first's to do something in L0.
 */
#include "workloads/l2/apic.h"

#define READY NP_L2_MEMORY
#define TAKEN (NP_L2_MEMORY + 64)
#define INTERRUPT_FRAME 12 /* flags, code segment and instruction */

	l2_setup
	l2_take_interrupts
	testl	%esi, %esi
	jz	second
	sti
0:	cmpl	$0, READY
	je	0b
	l2_begin
	movl	TAKEN, %ebx
	movl	$(APIC_TO_OTHERS | VECTOR), APIC_COMMAND
1:	cmpl	%ebx, TAKEN
	je	1b
	l2_repeat
	movl	$0, READY
	outb	%al, $NP_L2_DONE

second:
	movl	$NP_L2_MEMORY + NP_L2_SIZE, %esp
	movl	TAKEN, %ebx
	movl	$1, READY
2:	sti
3:	movl	%ebx, TAKEN
	jmp	3b

trap:	/* goes back as IRET would; a KVM that emulates L2 may not know that one */
	incl	%ebx
	movl	$0, APIC_EOI
	addl	$INTERRUPT_FRAME, %esp
	jmp	2b

	l2_tables VECTOR
