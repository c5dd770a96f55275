// SPDX-License-Identifier: GPL-2.0-only
#include "collector/fields/read.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/stat_model.h"
#include "analysis/vmcs_field.h"
#include "collector/host/hostfs.h"

struct reading {
	struct np_fields *fields, *past;
	const bool *gone; /* by slot: these are past; NULL: none is */
	uint32_t vcpu;
	bool together;
};

static struct np_fields *whose(const struct reading *r, const struct np_access_row *row)
{
	return r->gone && r->gone[row->slot - 1] ? r->past : r->fields;
}

static int read_row(const struct np_vcpu *v, const struct np_access_row *row, void *arg)
{
	const struct reading *r = arg;
	const struct np_access a = {
		.tgid = r->together ? 0 : v->tgid,
		.vcpu = r->together ? NP_ANY_VCPU : v->vcpu_id,
		.reason = row->reason,
		.write = row->kind & NP_ACCESS_WRITE,
		.memory = row->kind & NP_ACCESS_MEMORY,
		.unknown = row->kind >> NP_ACCESS_UNKNOWN_SHIFT,
		.field = row->field,
		.address = row->address,
		.count = __atomic_load_n(&row->count, __ATOMIC_ACQUIRE),
		.timed = row->timed,
		.ns = row->ns,
	};

	if (!a.count || (r->vcpu != NP_ANY_VCPU && r->vcpu != v->vcpu_id))
		return 0;
	return np_fields_add(whose(r, row), &a);
}

int fields_read(struct session *s, uint32_t vcpu, const bool gone[NP_MAX_VCPUS],
		struct np_fields *f, struct np_fields *past)
{
	struct reading r = { .fields = f, .past = past, .gone = gone, .vcpu = vcpu };
	int err = session_each_access(s, read_row, &r);

	np_fields_merge(f);
	np_fields_merge(past);
	return err;
}

int fields_read_together(struct session *s, struct np_fields *f)
{
	struct reading r = { .fields = f, .vcpu = NP_ANY_VCPU, .together = true };
	int err = session_each_access(s, read_row, &r);

	np_fields_merge(f);
	return err;
}

/* "vmx flags	: vnmi preemption_timer ..." of the first CPU; "" without. */
static const char *vmx_flags(char *cpuinfo)
{
	char *line = strstr(cpuinfo, "\nvmx flags"), *flags = line ? strchr(line, ':') : NULL;

	if (!flags)
		return "";
	flags[strcspn(flags, "\n")] = '\0';
	return flags + 1;
}

static bool has_flag(const char *flags, const char *flag)
{
	size_t len = strlen(flag);

	for (const char *at = flags; (at = strstr(at, flag)); at += len)
		if (at[-1] == ' ' && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

unsigned int fields_lacking(void)
{
	unsigned int lacking = 0;
	const char *flags;
	char *text;

	if (host_read(&text, NULL, "/proc/cpuinfo"))
		return 0;
	flags = vmx_flags(text);
	for (int i = NP_NEEDS_ANY + 1; *flags && i <= NP_NEEDS_PREEMPTION_TIMER; i++)
		if (!has_flag(flags, np_vmcs_needs_flag(i)))
			lacking |= 1u << i;
	free(text);
	return lacking;
}
