/* SPDX-License-Identifier: GPL-2.0-only */
/* A register of machine checks: KVM keeps it in memory, and never lets a guest at it. */
#include "workloads/l2/harness.h"

#define MSR_MCG_STATUS 0x17a

	l2_begin
	movl	$MSR_MCG_STATUS, %ecx
	rdmsr
	l2_end
