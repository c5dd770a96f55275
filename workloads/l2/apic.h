/* SPDX-License-Identifier: GPL-2.0-only */
/* The local APIC (SDM vol. 3, chapter 11), for workloads with NP_L2_APIC. */
#ifndef NESTPROF_L2_APIC_H
#define NESTPROF_L2_APIC_H

#include "workloads/l2/traps.h"

#define APIC(offset) (0xfee00000 + (offset))
#define APIC_EOI APIC(0xb0)
#define APIC_SPURIOUS APIC(0xf0)
#define APIC_ENABLE 0x1ff
#define APIC_COMMAND APIC(0x300)
#define APIC_TO_SELF 0x40000
#define APIC_TO_OTHERS 0xc0000
#define APIC_TIMER APIC(0x320)
#define APIC_DEADLINE 0x40000
#define APIC_TIMER_COUNT APIC(0x390)
#define MSR_TSC_DEADLINE 0x6e0

#define VECTOR 0x20

	/* In the set-up: interrupts of VECTOR, also from the timer. */
	.macro	l2_take_interrupts
	l2_take_traps
	movl	$APIC_ENABLE, APIC_SPURIOUS
	movl	$(APIC_DEADLINE | VECTOR), APIC_TIMER
	.endm

	/* The timer's interrupt in `ticks` from now; they are not the iteration's. */
	.macro	l2_timer ticks
	rdtsc
	addl	$\ticks, %eax
	adcl	$0, %edx
	movl	$MSR_TSC_DEADLINE, %ecx
	wrmsr
	addl	$\ticks, %edi
	adcl	$0, %ebp
	.endm

	.macro	l2_interrupt_done
	movl	$0, APIC_EOI
	iret
	.endm
#endif
