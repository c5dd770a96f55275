/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU's instructions that C has no name for, and the end of the machine. */
#ifndef NESTPROF_MICRO_MACHINE_H
#define NESTPROF_MICRO_MACHINE_H

#include <stdint.h>

void machine_end(void) __attribute__((noreturn)); /* entry.S */

static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static inline void cpuid(uint32_t leaf, uint32_t r[4]) /* eax, ebx, ecx, edx */
{
	asm volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
		     : "a"(leaf), "c"(0));
}

#define CONTROL_REGISTER(name)                                                 \
	static inline uint64_t read_##name(void)                               \
	{                                                                      \
		uint64_t value;                                                \
                                                                               \
		asm volatile("mov %%" #name ", %0" : "=r"(value));             \
		return value;                                                  \
	}                                                                      \
                                                                               \
	static inline void write_##name(uint64_t value)                        \
	{                                                                      \
		asm volatile("mov %0, %%" #name : : "r"(value) : "memory");    \
	}
CONTROL_REGISTER(cr0)
CONTROL_REGISTER(cr3)
CONTROL_REGISTER(cr4)

/* What LGDT, LIDT and their counterparts take. */
struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

#endif
