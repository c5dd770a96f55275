/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hypercall that KVM does not know: it answers with an error at once. On a
 * CPU whose instruction is another one KVM patches it in, on first use.
 */
#include "workloads/l2/harness.h"

	l2_begin
	movl	$-1, %eax
	vmcall
	l2_end
