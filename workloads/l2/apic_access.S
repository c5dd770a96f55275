/* SPDX-License-Identifier: GPL-2.0-only */
/* The timer's count goes down: also a CPU with APICv asks its hypervisor for it. */
#include "workloads/l2/apic.h"

	l2_begin
	movl	APIC_TIMER_COUNT, %eax
	l2_end_apic
