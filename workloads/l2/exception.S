/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM intercepts #UD: an instruction of another CPU could be behind it, to be emulated. */
#include "workloads/l2/traps.h"

#define UD_VECTOR 6
#define UD2_LENGTH 2

	l2_setup
	l2_take_traps
	l2_begin
	ud2
	l2_end

trap:
	addl	$UD2_LENGTH, (%esp)
	iret

	l2_tables UD_VECTOR
