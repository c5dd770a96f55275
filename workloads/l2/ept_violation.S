/* SPDX-License-Identifier: GPL-2.0-only */
/* The next page: the warm-up's are not touched again. */
#include "workloads/l2/harness.h"

	l2_begin
	movl	next, %eax
	movl	%eax, (%eax)
	addl	$NP_L2_SIZE, next
	l2_end

	.balign	4
next:
	.long	NP_L2_MEMORY
