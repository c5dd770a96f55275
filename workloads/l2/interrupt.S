/* SPDX-License-Identifier: GPL-2.0-only */
/* Long enough that L2 runs again, after the exit that arms the timer, when it is due. */
#include "workloads/l2/apic.h"

#define WAIT 200000

	l2_setup
	l2_take_interrupts
	l2_begin
	xorl	%ebx, %ebx
	l2_timer WAIT
	sti
0:	testl	%ebx, %ebx
	jz	0b
	cli
	l2_end_apic

trap:
	incl	%ebx
	l2_interrupt_done

	l2_tables VECTOR
