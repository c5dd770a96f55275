/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupt mask of the PIC, which KVM emulates itself. */
#include "workloads/l2/harness.h"

#define PIC_MASK 0x21

	l2_begin
	inb	$PIC_MASK, %al
	l2_end_apic
