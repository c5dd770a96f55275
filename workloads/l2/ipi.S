/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first vCPU sends, and looks at memory until the second has taken it. The second runs
 * all the time: with a HLT it would be the wake-up that is timed. It ends its interrupt before
 * it says so, and so is in its loop again when the next one is sent.
 */
#include "workloads/l2/apic.h"

#define READY NP_L2_MEMORY
#define TAKEN (NP_L2_MEMORY + 64)

	l2_setup
	l2_take_interrupts
	testl	%esi, %esi
	jz	second
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
	movl	$1, READY
	sti
2:	jmp	2b

trap:
	movl	$0, APIC_EOI
	incl	TAKEN
	iret

	l2_tables VECTOR
