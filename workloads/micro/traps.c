// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/traps.h"

#include "workloads/micro/console.h"
#include "workloads/micro/layout.h"
#include "workloads/micro/machine.h"

#define NR_IRQS 16
#define INTERRUPT_GATE 0x8e

struct gate {
	uint16_t offset_low, selector;
	uint8_t stack, type;
	uint16_t offset_middle;
	uint32_t offset_high, zero;
};

extern const char trap_stubs[], interrupt_stub[];

static struct gate idt[TRAPS_IRQ_BASE + NR_IRQS];

static struct gate gate_to(const char *entry)
{
	uintptr_t at = (uintptr_t)entry;

	return (struct gate){ .offset_low = at,
			      .selector = CODE_SELECTOR,
			      .type = INTERRUPT_GATE,
			      .offset_middle = at >> 16,
			      .offset_high = at >> 32 };
}

void traps_begin(void)
{
	const struct table_pointer p = { sizeof(idt) - 1, (uintptr_t)idt };

	_Static_assert(NR_EXCEPTIONS == TRAPS_IRQ_BASE, "interrupts follow exceptions");
	for (int i = 0; i < NR_EXCEPTIONS; i++)
		idt[i] = gate_to(trap_stubs + i * TRAP_STUB_SIZE);
	for (int i = 0; i < NR_IRQS; i++)
		idt[TRAPS_IRQ_BASE + i] = gate_to(interrupt_stub);
	asm volatile("lidt %0" : : "m"(p));
}

void trap(const struct trap *t)
{
	complain("L1 took exception %lu (error code 0x%lx) at rip 0x%lx, rsp 0x%lx", t->vector,
		 t->error, t->rip, t->rsp);
	machine_end();
}
