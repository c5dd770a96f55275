/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest-physical address that has no memory, nor a device that KVM knows. */
#include "workloads/l2/harness.h"

#define NOBODYS_ADDRESS 0xd0000000

	l2_begin
	movl	%eax, NOBODYS_ADDRESS
	l2_end
