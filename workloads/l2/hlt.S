/* SPDX-License-Identifier: GPL-2.0-only */
/* STI takes effect after HLT: the interrupt cannot be lost between both. */
#include "workloads/l2/apic.h"

#define WAIT 1000000

	l2_setup
	l2_take_interrupts
	l2_begin
	l2_timer WAIT
	sti
	hlt
	cli
	l2_end_apic

trap:
	l2_interrupt_done

	l2_tables VECTOR
