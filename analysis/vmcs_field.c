// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/vmcs_field.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct np_vmcs_field fields[] = {
#define VMCS_FIELD(encoding, name, width, type, shadow, needs, words) \
	{ encoding, NP_VMCS_##width, NP_VMCS_##type, NP_SHADOW_##shadow, NP_NEEDS_##needs, \
	  #name, words },
#include "bpf/vmcs_fields.def"
#undef VMCS_FIELD
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

const struct np_vmcs_field *np_vmcs_fields(size_t *n)
{
	*n = FIELDS;
	return fields;
}

static int by_encoding(const void *key, const void *element)
{
	uint64_t encoding = *(const uint64_t *)key;
	const struct np_vmcs_field *f = element;

	return encoding < f->encoding ? -1 : encoding > f->encoding;
}

const struct np_vmcs_field *np_vmcs_field_find(uint64_t encoding)
{
	return bsearch(&encoding, fields, FIELDS, sizeof(fields[0]), by_encoding);
}

const struct np_vmcs_field *np_vmcs_field_named(const char *name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

const char *np_vmcs_field_name(uint64_t encoding, char buffer[NP_VMCS_NAME_SIZE])
{
	const struct np_vmcs_field *f = np_vmcs_field_find(encoding);

	if (f)
		return f->name;
	snprintf(buffer, NP_VMCS_NAME_SIZE, "FIELD_0x%04" PRIx64, encoding);
	return buffer;
}

bool np_vmcs_field_is_shadowed(const struct np_vmcs_field *f, bool write, unsigned int lacking)
{
	if (f->needs != NP_NEEDS_ANY && (lacking & 1u << f->needs))
		return false;
	return f->shadow == NP_SHADOW_RW || (f->shadow == NP_SHADOW_RO && !write);
}

const char *np_vmcs_width_name(enum np_vmcs_width width)
{
	static const char *const names[] = {
		[NP_VMCS_16] = "16-bit",
		[NP_VMCS_64] = "64-bit",
		[NP_VMCS_32] = "32-bit",
		[NP_VMCS_NATURAL] = "natural",
	};

	return names[width];
}

const char *np_vmcs_type_name(enum np_vmcs_type type)
{
	static const char *const names[] = {
		[NP_VMCS_CONTROL] = "control",
		[NP_VMCS_EXIT_INFO] = "exit information",
		[NP_VMCS_GUEST] = "guest state",
		[NP_VMCS_HOST] = "host state",
	};

	return names[type];
}

const char *np_vmcs_shadow_name(enum np_vmcs_shadow shadow)
{
	static const char *const names[] = {
		[NP_SHADOW_NO] = "-",
		[NP_SHADOW_RO] = "RO",
		[NP_SHADOW_RW] = "RW",
	};

	return names[shadow];
}

const char *np_vmcs_needs_flag(enum np_vmcs_needs needs)
{
	static const char *const flags[] = {
		[NP_NEEDS_APICV] = "apicv",
		[NP_NEEDS_PML] = "pml",
		[NP_NEEDS_PREEMPTION_TIMER] = "preemption_timer",
	};

	return flags[needs];
}
