/* SPDX-License-Identifier: GPL-2.0-only */
/* No interrupt is in service, so that the end of one is all that is timed. */
#include "workloads/l2/apic.h"

	l2_begin
	movl	$0, APIC_EOI
	l2_end_apic
