/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMCS fields by encoding and by name, and which of them KVM shadows. All from
 * bpf/vmcs_fields.def, which says where it is from.
 */
#ifndef NESTPROF_VMCS_FIELD_H
#define NESTPROF_VMCS_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/vmcs_field.h"

/*
 * With shadow VMCS on, a field of the RO list is read without an exit, but
 * writing it exits; one of the RW list is read and written without an exit.
 */
enum np_vmcs_shadow { NP_SHADOW_NO, NP_SHADOW_RO, NP_SHADOW_RW };

/* The VMX feature of the CPU without which KVM does not shadow a field. */
enum np_vmcs_needs {
	NP_NEEDS_ANY, /* none: every CPU that has shadow VMCS will do */
	NP_NEEDS_APICV,
	NP_NEEDS_PML,
	NP_NEEDS_PREEMPTION_TIMER,
};

struct np_vmcs_field {
	uint16_t encoding;
	uint8_t width;	/* enum np_vmcs_width */
	uint8_t type;	/* enum np_vmcs_type */
	uint8_t shadow; /* enum np_vmcs_shadow */
	uint8_t needs;	/* enum np_vmcs_needs */
	const char *name;  /* "VM_EXIT_INTR_INFO" */
	const char *words; /* of the SDM */
};

/* All of them, by encoding. */
const struct np_vmcs_field *np_vmcs_fields(size_t *n);

/* NULL: the table has none. The register of an instruction holds 64 bits, all of which count. */
const struct np_vmcs_field *np_vmcs_field_find(uint64_t encoding);
const struct np_vmcs_field *np_vmcs_field_named(const char *name);

/* "VM_EXIT_INTR_INFO"; "FIELD_0x1234" for one without a name. */
#define NP_VMCS_NAME_SIZE sizeof("FIELD_0x0123456789abcdef")
const char *np_vmcs_field_name(uint64_t encoding, char buffer[NP_VMCS_NAME_SIZE]);

/*
 * Does KVM spare L1 the exit, with shadow VMCS on? `lacking`: the features that
 * the CPU does not have, 1 << enum np_vmcs_needs each.
 */
bool np_vmcs_field_is_shadowed(const struct np_vmcs_field *f, bool write, unsigned int lacking);

/* For people: "64-bit", "guest state", "RO" ("-" for none). */
const char *np_vmcs_width_name(enum np_vmcs_width width);
const char *np_vmcs_type_name(enum np_vmcs_type type);
const char *np_vmcs_shadow_name(enum np_vmcs_shadow shadow);

/* The feature as the line "vmx flags" of /proc/cpuinfo has it; NULL for NP_NEEDS_ANY. */
const char *np_vmcs_needs_flag(enum np_vmcs_needs needs);

#endif
