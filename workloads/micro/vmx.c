// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/micro/vmx.h"

#include <stddef.h>

#include "workloads/micro/console.h"
#include "workloads/micro/fields.h"
#include "workloads/micro/machine.h"

#define CPUID_VMX (1u << 5) /* leaf 1, ECX */
#define CR4_VMXE (1u << 13)

#define MSR_FEATURE_CONTROL 0x3a
#define FEATURE_CONTROL_LOCKED 0x1
#define FEATURE_CONTROL_VMX 0x4 /* outside SMX */

#define MSR_BASIC 0x480
#define BASIC_TRUE_CONTROLS (1ull << 55)
#define MSR_CR0_FIXED0 0x486
#define MSR_CR0_FIXED1 0x487
#define MSR_CR4_FIXED0 0x488
#define MSR_CR4_FIXED1 0x489

#define MSR_EPT_VPID_CAP 0x48c
#define EPT_CAP_4_LEVELS (1u << 6)
#define EPT_CAP_WRITE_BACK (1u << 14)

/* The capability MSRs of the five words of controls; the second is there with "true" controls. */
static const struct {
	uint32_t msr, true_msr;
} words[] = { { 0x481, 0x48d }, { 0x482, 0x48e }, { 0x48b, 0x48b }, { 0x483, 0x48f },
	      { 0x484, 0x490 } };

enum { PIN, PRIMARY, SECONDARY, EXIT, ENTRY, NR_WORDS };

/* In the order in which they depend on each other. */
static const struct {
	uint32_t word, bit;
	const char *name;
} needed[] = {
	{ EXIT, 9, "64-bit host" },
	{ PRIMARY, 7, "HLT exiting" },
	{ PRIMARY, 24, "unconditional I/O exiting" },
	{ PRIMARY, 31, "secondary controls" },
	{ SECONDARY, 1, "EPT" },
	{ SECONDARY, 7, "unrestricted guest" },
};

static uint8_t vmxon_region[4096] __attribute__((aligned(4096)));

static bool check_cpu(void)
{
	uint32_t r[4];

	cpuid(1, r);
	return r[2] & CPUID_VMX ? true : complain("this CPU has no VMX (CPUID.1:ECX bit 5)");
}

static bool allow_vmx(void)
{
	uint64_t v = rdmsr(MSR_FEATURE_CONTROL);

	if (!(v & FEATURE_CONTROL_LOCKED))
		wrmsr(MSR_FEATURE_CONTROL, v | FEATURE_CONTROL_LOCKED | FEATURE_CONTROL_VMX);
	else if (!(v & FEATURE_CONTROL_VMX))
		return complain("VMX is locked off in IA32_FEATURE_CONTROL (0x%lx)", v);
	return true;
}

static uint64_t capability(uint32_t word)
{
	return rdmsr(rdmsr(MSR_BASIC) & BASIC_TRUE_CONTROLS ? words[word].true_msr
							    : words[word].msr);
}

static bool choose_controls(struct vmx_controls *c)
{
	uint32_t value[NR_WORDS] = { 0 };

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		uint32_t bit = 1u << needed[i].bit;

		if (!(capability(needed[i].word) >> 32 & bit))
			return complain("this CPU's VMX lacks %s", needed[i].name);
		value[needed[i].word] |= bit;
	}
	for (uint32_t w = 0; w < NR_WORDS; w++)
		value[w] |= (uint32_t)capability(w);
	*c = (struct vmx_controls){ .pin = value[PIN],
				    .primary = value[PRIMARY],
				    .secondary = value[SECONDARY],
				    .exit = value[EXIT],
				    .entry = value[ENTRY] };
	return true;
}

static bool check_ept(void)
{
	uint64_t cap = rdmsr(MSR_EPT_VPID_CAP);

	if (cap & EPT_CAP_4_LEVELS && cap & EPT_CAP_WRITE_BACK)
		return true;
	return complain("this CPU's EPT lacks 4 levels or write-back (0x%lx)", cap);
}

uint32_t vmx_revision(void)
{
	return rdmsr(MSR_BASIC) & 0x7fffffff;
}

static bool enter_vmx(void)
{
	uint64_t region = (uintptr_t)vmxon_region;
	bool invalid, valid;

	write_cr0((read_cr0() | rdmsr(MSR_CR0_FIXED0)) & rdmsr(MSR_CR0_FIXED1));
	write_cr4((read_cr4() | CR4_VMXE | rdmsr(MSR_CR4_FIXED0)) & rdmsr(MSR_CR4_FIXED1));
	*(uint32_t *)vmxon_region = vmx_revision();
	asm volatile("vmxon %2" : "=@ccc"(invalid), "=@ccz"(valid) : "m"(region) : "memory");
	return invalid || valid ? complain("VMXON failed") : true;
}

bool vmx_begin(struct vmx_controls *controls)
{
	return check_cpu() && allow_vmx() && choose_controls(controls) && check_ept() &&
	       enter_vmx();
}

bool vmx_complain(const char *what, uint64_t field, enum vmx_status status)
{
	uint64_t error = 0;

	if (status == VMX_FAIL_VALID)
		vmread(VM_INSTRUCTION_ERROR, &error);
	if (status == VMX_FAIL_VALID)
		return complain("%s 0x%lx failed: VM-instruction error %lu", what, field, error);
	return complain("%s 0x%lx failed: VMfailInvalid", what, field);
}
