// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/l2.h"

#include <string.h>

#include "workloads/micro/console.h"
#include "workloads/micro/ept.h"
#include "workloads/micro/exit.h"
#include "workloads/micro/fields.h"
#include "workloads/micro/vmcs.h"
#include "workloads/runner/protocol.h"

struct l2_regs l2_regs;

bool l2_launched;

static bool enter(void)
{
	enum vmx_status s = l2_enter(l2_launched);

	if (s)
		return vmx_complain(l2_launched ? "VMRESUME of L2 at" : "VMLAUNCH of L2 at",
				    NP_L2_BASE, s);
	l2_launched = true;
	return true;
}

static uint64_t pair(uint64_t high, uint64_t low)
{
	return high << 32 | (uint32_t)low;
}

/* From the code's first byte, where the last pass left RIP, to its HLT. */
static bool pass(uint32_t iterations, uint64_t *ticks)
{
	bool halted = false;

	l2_regs = (struct l2_regs){ .rsi = iterations };
	while (!halted)
		if (!enter() || !exit_handle(&halted))
			return false;
	*ticks = pair(l2_regs.rdx, l2_regs.rax) - pair(l2_regs.rbp, l2_regs.rdi);
	return true;
}

bool l2_run(const struct l2_code *code, uint32_t iterations, uint64_t *ticks)
{
	if (code->machine || code->pages || code->pages_each)
		return complain("%s needs more of its L1 than this hypervisor does", code->name);
	if (code->size > sizeof(l2_page))
		return complain("%s does not fit its page", code->name);
	memset(l2_page, 0, sizeof(l2_page));
	memcpy(l2_page, code->code, code->size);
	if (pass(NP_WARM_UP, ticks) && pass(iterations, ticks))
		return true;
	vmcs_write(GUEST_RIP, NP_L2_BASE); /* the next run begins at the beginning all the same */
	return false;
}
