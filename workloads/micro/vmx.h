/* SPDX-License-Identifier: GPL-2.0-only */
/* VMX operation: its instructions, and the way into it. Names and numbers are the SDM's. */
#ifndef NESTPROF_MICRO_VMX_H
#define NESTPROF_MICRO_VMX_H

#include <stdbool.h>
#include <stdint.h>

/* How a VMX instruction ended. */
enum vmx_status { VMX_OK, VMX_FAIL_INVALID, VMX_FAIL_VALID };

#define VMX_STATUS(invalid, valid) \
	((invalid) ? VMX_FAIL_INVALID : (valid) ? VMX_FAIL_VALID : VMX_OK)

static inline enum vmx_status vmread(uint64_t field, uint64_t *value)
{
	bool invalid, valid;

	asm volatile("vmread %3, %0" : "=r"(*value), "=@ccc"(invalid), "=@ccz"(valid)
		     : "r"(field));
	return VMX_STATUS(invalid, valid);
}

static inline enum vmx_status vmwrite(uint64_t field, uint64_t value)
{
	bool invalid, valid;

	asm volatile("vmwrite %3, %2" : "=@ccc"(invalid), "=@ccz"(valid)
		     : "r"(field), "r"(value) : "memory");
	return VMX_STATUS(invalid, valid);
}

/* What the CPU lets us set of a word of controls: bits that must be, and may be, 1. */
struct vmx_controls {
	uint32_t pin, primary, secondary, exit, entry;
};

/*
 * Checks that all is there that L1 needs, says what is not, and enters VMX
 * operation. The controls are those that L1 runs L2 with.
 */
bool vmx_begin(struct vmx_controls *controls);

/* The identifier that a VMXON region and a VMCS begin with. */
uint32_t vmx_revision(void);

/* Says how an instruction failed: "VMREAD of field 0x6820", or "VMLAUNCH". */
bool vmx_complain(const char *what, uint64_t field, enum vmx_status status);

#endif
