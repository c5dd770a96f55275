/* SPDX-License-Identifier: GPL-2.0-only */
/* An interrupt to itself, while none is taken; one instruction after STI it is. */
#include "workloads/l2/apic.h"

	l2_setup
	l2_take_interrupts
	l2_begin
	movl	$(APIC_TO_SELF | VECTOR), APIC_COMMAND
	sti
	nop
	cli
	l2_end_apic

trap:
	l2_interrupt_done

	l2_tables VECTOR
