// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/vmcs.h"

#include <stddef.h>

#include "workloads/micro/console.h"
#include "workloads/micro/ept.h"
#include "workloads/micro/fields.h"
#include "workloads/micro/l2.h"
#include "workloads/micro/layout.h"
#include "workloads/micro/machine.h"

#define MSR_CR0_FIXED0 0x486
#define MSR_CR4_FIXED0 0x488
#define CR0_PE 0x1u
#define CR0_ET 0x10u
#define CR0_PG 0x80000000u

/* Access rights as the VMCS has them: type, S, P, and for code and data D/B and G. */
#define ACCESS_CODE 0xc09b
#define ACCESS_DATA 0xc093
#define ACCESS_TSS 0x8b
#define ACCESS_UNUSABLE 0x10000
#define FLAT 0xffffffff
#define TSS_LIMIT 0x67

#define DR7_RESET 0x400
#define RFLAGS_RESET 0x2

enum { ES, CS, SS, DS, FS, GS, LDTR, TR, GDTR, IDTR, NR_SEGMENTS };

struct setting {
	uint32_t field;
	uint64_t value;
};

/* Loaded by nobody as things are: its count is 0. An entry that loads it fails. */
#define MSR_FS_BASE 0xc0000100
static const struct {
	uint32_t index, reserved;
	uint64_t value;
} never_loaded __attribute__((aligned(16))) = { .index = MSR_FS_BASE };

static uint8_t region[4096] __attribute__((aligned(4096)));

bool vmcs_read(uint32_t field, uint64_t *value)
{
	enum vmx_status s = vmread(field, value);

	return s ? vmx_complain("VMREAD of field", field, s) : true;
}

bool vmcs_write(uint32_t field, uint64_t value)
{
	enum vmx_status s = vmwrite(field, value);

	return s ? vmx_complain("VMWRITE of field", field, s) : true;
}

static bool write_all(const struct setting *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!vmcs_write(s[i].field, s[i].value))
			return false;
	return true;
}

static bool load_region(void)
{
	uint64_t address = (uintptr_t)region;
	bool invalid, valid;

	*(uint32_t *)region = vmx_revision();
	asm volatile("vmclear %2" : "=@ccc"(invalid), "=@ccz"(valid) : "m"(address) : "memory");
	if (invalid || valid)
		return vmx_complain("VMCLEAR of", address, VMX_STATUS(invalid, valid));
	asm volatile("vmptrld %2" : "=@ccc"(invalid), "=@ccz"(valid) : "m"(address) : "memory");
	if (invalid || valid)
		return vmx_complain("VMPTRLD of", address, VMX_STATUS(invalid, valid));
	return true;
}

static bool set_controls(const struct vmx_controls *c)
{
	const struct setting s[] = {
		{ PIN_CONTROLS, c->pin },
		{ PRIMARY_CONTROLS, c->primary },
		{ SECONDARY_CONTROLS, c->secondary },
		{ EXIT_CONTROLS, c->exit },
		{ ENTRY_CONTROLS, c->entry },
		{ EXCEPTION_BITMAP, 0 },
		{ PAGE_FAULT_ERROR_MASK, 0 },
		{ PAGE_FAULT_ERROR_MATCH, 0 },
		{ CR3_TARGET_COUNT, 0 },
		{ EXIT_MSR_STORE_COUNT, 0 },
		{ EXIT_MSR_LOAD_COUNT, 0 },
		{ ENTRY_MSR_LOAD_ADDRESS, (uintptr_t)&never_loaded },
		{ ENTRY_MSR_LOAD_COUNT, 0 },
		{ ENTRY_INTERRUPTION_INFO, 0 },
		{ CR0_MASK, 0 },
		{ CR4_MASK, 0 },
		{ EPT_POINTER, ept_pointer() },
		{ VMCS_LINK_POINTER, ~0ull },
	};

	return write_all(s, sizeof(s) / sizeof(*s));
}

/* A task register must be there, though nothing here uses one. */
static bool set_host(void)
{
	struct table_pointer gdtr, idtr;

	asm volatile("sgdt %0" : "=m"(gdtr));
	asm volatile("sidt %0" : "=m"(idtr));

	const struct setting s[] = {
		{ HOST_ES_SELECTOR, DATA_SELECTOR },
		{ HOST_ES_SELECTOR + 2 * CS, CODE_SELECTOR },
		{ HOST_ES_SELECTOR + 2 * SS, DATA_SELECTOR },
		{ HOST_ES_SELECTOR + 2 * DS, DATA_SELECTOR },
		{ HOST_ES_SELECTOR + 2 * FS, 0 },
		{ HOST_ES_SELECTOR + 2 * GS, 0 },
		{ HOST_ES_SELECTOR + 2 * (TR - 1), TSS_SELECTOR }, /* there is no LDTR */
		{ HOST_CR0, read_cr0() },
		{ HOST_CR3, read_cr3() },
		{ HOST_CR4, read_cr4() },
		{ HOST_FS_BASE, 0 },
		{ HOST_GS_BASE, 0 },
		{ HOST_TR_BASE, 0 },
		{ HOST_GDTR_BASE, gdtr.base },
		{ HOST_IDTR_BASE, idtr.base },
		{ HOST_SYSENTER_CS, 0 },
		{ HOST_SYSENTER_ESP, 0 },
		{ HOST_SYSENTER_EIP, 0 },
		{ HOST_RSP, (uintptr_t)l2_exit_stack },
		{ HOST_RIP, (uintptr_t)l2_exit },
	};

	return write_all(s, sizeof(s) / sizeof(*s));
}

static bool set_segments(void)
{
	for (int i = ES; i < NR_SEGMENTS; i++) {
		bool flat = i <= GS, code = i == CS;
		uint32_t access = code ? ACCESS_CODE : flat ? ACCESS_DATA :
				  i == TR ? ACCESS_TSS : ACCESS_UNUSABLE;

		if (!vmcs_write(GUEST_ES_BASE + 2 * i, 0) ||
		    !vmcs_write(GUEST_ES_LIMIT + 2 * i, flat ? FLAT : TSS_LIMIT))
			return false;
		if (i <= TR && (!vmcs_write(GUEST_ES_ACCESS + 2 * i, access) ||
				!vmcs_write(GUEST_ES_SELECTOR + 2 * i,
					    code ? CODE_SELECTOR : flat ? DATA_SELECTOR : 0)))
			return false;
	}
	return true;
}

static bool set_guest(void)
{
	uint64_t cr0 = rdmsr(MSR_CR0_FIXED0) & ~(uint64_t)CR0_PG;
	const struct setting s[] = {
		{ GUEST_CR0, cr0 | CR0_PE | CR0_ET },
		{ GUEST_CR3, 0 },
		{ GUEST_CR4, rdmsr(MSR_CR4_FIXED0) },
		{ GUEST_DR7, DR7_RESET },
		{ GUEST_DEBUGCTL, 0 },
		{ GUEST_SYSENTER_CS, 0 },
		{ GUEST_SYSENTER_ESP, 0 },
		{ GUEST_SYSENTER_EIP, 0 },
		{ GUEST_INTERRUPTIBILITY, 0 },
		{ GUEST_ACTIVITY, 0 },
		{ GUEST_PENDING_DEBUG, 0 },
		{ GUEST_RSP, 0 },
		{ GUEST_RFLAGS, RFLAGS_RESET },
		{ GUEST_RIP, NP_L2_BASE },
	};

	return write_all(s, sizeof(s) / sizeof(*s));
}

bool vmcs_begin(const struct vmx_controls *controls)
{
	return load_region() && set_controls(controls) && set_host() && set_segments() &&
	       set_guest();
}
