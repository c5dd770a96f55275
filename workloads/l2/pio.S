/* SPDX-License-Identifier: GPL-2.0-only */
/* A write to a port that no device in KVM has: it goes up to user space. */
#include "workloads/l2/harness.h"

#define NOBODYS_PORT 0x5a0

	l2_begin
	movl	$NOBODYS_PORT, %edx
	outb	%al, %dx
	l2_end
