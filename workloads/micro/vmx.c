// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/vmx.h"
#include "workloads/micro/console.h"
#include "workloads/micro/machine.h"

bool vmx_begin(void)
{
	uint32_t r[4];

	cpuid(1, r);
	if (!(r[2] & 1 << 5))
		return complain("this CPU has no VMX (CPUID.1:ECX bit 5)");
	return true;
}
