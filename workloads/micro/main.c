// SPDX-License-Identifier: GPL-2.0-only
/* The micro-hypervisor: an L1 whose VMREADs and VMWRITEs are known exactly. docs/micro.md. */
#include "workloads/micro/console.h"
#include "workloads/micro/exit.h"
#include "workloads/micro/l2.h"
#include "workloads/micro/serve.h"
#include "workloads/micro/traps.h"
#include "workloads/micro/vmcs.h"
#include "workloads/micro/vmx.h"

void micro_main(void); /* entry.S, which ends the machine then */

/* L2 has run once before L1 says that it is ready: entries are VMRESUMEs from then on. */
void micro_main(void)
{
	struct vmx_controls controls;
	uint64_t ticks;

	traps_begin();
	console_begin();
	if (vmx_begin(&controls) && vmcs_begin(&controls) && exit_set_sequence("") &&
	    l2_run(&l2_codes[0], 1, &ticks))
		serve();
}
