/* SPDX-License-Identifier: GPL-2.0-only */
/* Leaf 0: CPUID always exits, and L1's kernel answers from a table. */
#include "workloads/l2/harness.h"

	l2_begin
	xorl	%eax, %eax
	xorl	%ecx, %ecx
	cpuid
	l2_end
