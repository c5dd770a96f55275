/* SPDX-License-Identifier: GPL-2.0-only */
/* CR0.MP means nothing here, but belongs to the hypervisor: to change it exits. */
#include "workloads/l2/harness.h"

#define CR0_MP 2

	l2_begin
	movl	%cr0, %eax
	xorl	$CR0_MP, %eax
	movl	%eax, %cr0
	l2_end
