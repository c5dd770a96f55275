// SPDX-License-Identifier: GPL-2.0-only
/* The micro-hypervisor: an L1 whose VMREADs and VMWRITEs are known exactly. docs/micro.md. */
#include "workloads/micro/console.h"
#include "workloads/micro/machine.h"
#include "workloads/micro/traps.h"
#include "workloads/micro/vmx.h"

void micro_main(void); /* entry.S */

void micro_main(void)
{
	traps_begin();
	console_begin();
	if (vmx_begin())
		say("ready micro");
	machine_end();
}
