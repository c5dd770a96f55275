/* SPDX-License-Identifier: GPL-2.0-only */
/* The register that rdmsr reads. */
#include "workloads/l2/harness.h"

#define MSR_MCG_STATUS 0x17a

	l2_begin
	movl	$MSR_MCG_STATUS, %ecx
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr
	l2_end
