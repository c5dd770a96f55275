// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/layout.h"

#include <errno.h>
#include <stdlib.h>

#include <traceevent/event-parse.h>

#include "analysis/import/format_text.h"

#define SYSTEM "kvm"

/* Names that kernels since 4.19 gave what we look for; the first that is there is taken. */
static const struct known {
	const char *name;
	uint8_t type;
	const char *reason[2];
	const char *rip[2];
	bool has_isa;
} known[] = {
	{ "kvm_exit", NP_EVENT_EXIT, { "exit_reason" }, { "guest_rip", "rip" }, true },
	{ "kvm_entry", NP_EVENT_ENTRY, { NULL }, { "rip", "guest_rip" }, false },
	{ "kvm_nested_vmexit", NP_EVENT_VMEXIT, { "exit_reason", "exit_code" },
	  { "guest_rip", "rip" }, true },
	{ "kvm_nested_vmexit_inject", NP_EVENT_INJECT, { "exit_code", "exit_reason" }, { NULL },
	  true },
	{ "kvm_nested_vmenter", NP_EVENT_VMENTER, { NULL }, { "nested_rip" }, true },
	{ "kvm_nested_vmrun", NP_EVENT_VMENTER, { NULL }, { "nested_rip" }, false },
	{ "kvm_nested_vmenter_failed", NP_EVENT_FAILED, { NULL }, { NULL }, false },
};

struct imp_layouts *imp_layouts_new(void)
{
	return calloc(1, sizeof(struct imp_layouts));
}

bool imp_system_matters(const char *name)
{
	return !strcmp(name, SYSTEM);
}

static const struct known *find_known(const char *name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(known[i].name, name))
			return &known[i];
	return NULL;
}

/* What all events begin with, which is long enough to read any number from. */
#define COMMON 8

static struct imp_field place(uint32_t offset, uint32_t size)
{
	uint32_t at = offset + size > COMMON ? offset + size - COMMON : 0;

	return (struct imp_field){ .mask = ~0ull >> (64 - 8 * size), .at = at,
				   .shift = 8 * (offset - at) };
}

/* 0, or -EBADMSG: a number that is none, or beyond what a record can be. */
static int take_field(struct imp_layout *l, struct imp_field *to, const struct tep_format_field *f)
{
	if (!f)
		return 0;
	if ((f->size != 1 && f->size != 2 && f->size != 4 && f->size != 8) || f->offset < 0 ||
	    f->offset > IMP_MAX_FORMAT - 1 - f->size || f->flags & TEP_FIELD_IS_ARRAY)
		return -EBADMSG;
	*to = place(f->offset, f->size);
	if (f->offset + f->size > l->least)
		l->least = f->offset + f->size;
	return 0;
}

static int take_either(struct imp_layout *l, struct imp_field *to, struct tep_event *event,
		       const char *const names[2])
{
	struct tep_format_field *f = names[0] ? tep_find_field(event, names[0]) : NULL;

	if (!f && names[1])
		f = tep_find_field(event, names[1]);
	return take_field(l, to, f);
}

static int take_fields(struct imp_layout *l, struct tep_event *event, const struct known *k)
{
	int err = take_field(l, &l->pid, tep_find_common_field(event, "common_pid"));

	err = err ?: take_field(l, &l->vcpu, tep_find_field(event, "vcpu_id"));
	err = err ?: take_either(l, &l->reason, event, k->reason);
	err = err ?: take_either(l, &l->rip, event, k->rip);
	if (!err && k->has_isa)
		err = take_field(l, &l->isa, tep_find_field(event, "isa"));
	/* Without these it means nothing; the reason of L2's exit is that of the exit before. */
	if (!err && (!l->pid.mask || (!l->reason.mask && k->reason[0])))
		err = -EBADMSG;
	return err;
}

static int add_event(struct imp_layouts *l, struct tep_event *event, const struct known *k)
{
	struct imp_layout new = { .type = k->type, .least = COMMON };
	int err;

	err = take_fields(&new, event, k);
	new.no_vcpu = new.vcpu.mask ? 0 : IMP_NO_VCPU;
	if (err || event->id < 1 || event->id > UINT16_MAX)
		return -EBADMSG;
	if (l->by_id[event->id])
		return 0; /* perf and trace-cmd may say the same twice */
	if (l->nr + 1 == sizeof(l->of) / sizeof(*l->of))
		return -EBADMSG;
	l->of[++l->nr] = new;
	l->by_id[event->id] = l->nr;
	l->has[new.type] = true;
	return 0;
}

static bool is_either(const char *name, const char *const names[2])
{
	return (names[0] && !strcmp(name, names[0])) || (names[1] && !strcmp(name, names[1]));
}

static bool is_wanted(const char *field)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (is_either(field, known[i].reason) || is_either(field, known[i].rip))
			return true;
	return !strcmp(field, "common_pid") || !strcmp(field, "vcpu_id") || !strcmp(field, "isa");
}

static int parse(struct imp_layouts *l, struct tep_handle *tep, const char *text,
		 const struct known *k)
{
	struct tep_event *event;

	if (tep_parse_event(tep, text, strlen(text), SYSTEM))
		return -EBADMSG;
	event = tep_find_event_by_name(tep, SYSTEM, k->name);
	return event ? add_event(l, event, k) : -EBADMSG;
}

int imp_layouts_add(struct imp_layouts *l, const char *text, size_t size, uint64_t offset,
		    struct imp_error *error)
{
	char name[IMP_FORMAT_NAME], *clean;
	const struct known *k = imp_format_name(text, size, name) ? find_known(name) : NULL;
	struct tep_handle *tep;
	int err;

	if (!k)
		return 0;
	tep_set_loglevel(TEP_LOG_NONE);
	tep = tep_alloc();
	clean = imp_format_clean(text, size, is_wanted);
	err = tep && clean ? parse(l, tep, clean, k) : -ENOMEM;
	tep_free(tep);
	free(clean);
	return err == -EBADMSG ? imp_bad(error, offset, "the format of %s makes no sense", k->name)
			       : err;
}
