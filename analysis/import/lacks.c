// SPDX-License-Identifier: GPL-2.0-only
/* What a trace does not have, and what this means for the tables. */
#include "analysis/import/import.h"

static bool no_exits(const struct imp_seen *s)
{
	return !s->events[NP_EVENT_EXIT];
}

static bool no_entries(const struct imp_seen *s)
{
	return s->events[NP_EVENT_EXIT] && !s->events[NP_EVENT_ENTRY];
}

static bool has_nested(const struct imp_seen *s)
{
	return s->events[NP_EVENT_VMEXIT] || s->events[NP_EVENT_INJECT] ||
	       s->events[NP_EVENT_VMENTER];
}

static bool untold(const struct imp_seen *s)
{
	return s->events[NP_EVENT_EXIT] && !has_nested(s) && !s->rips;
}

static bool inferred_all(const struct imp_seen *s)
{
	return !has_nested(s) && s->inferred_enters;
}

static bool inferred_enters(const struct imp_seen *s)
{
	return has_nested(s) && s->inferred_enters;
}

static bool inferred_injects(const struct imp_seen *s)
{
	return has_nested(s) && s->inferred_injects;
}

static bool no_vmexits(const struct imp_seen *s)
{
	return has_nested(s) && !s->events[NP_EVENT_VMEXIT];
}

static bool no_l2(const struct imp_seen *s)
{
	return s->events[NP_EVENT_EXIT] && !untold(s) && !has_nested(s) && !s->inferred_enters;
}

static const struct {
	bool (*is)(const struct imp_seen *s);
	const char *text;
} lacks[] = {
	{ no_exits, "it has no kvm_exit: there is nothing to count" },
	{ no_entries, "it has no kvm_entry: there are no round trips and no phases" },
	{ untold, "it has no nested events, and no kvm_entry that says where the guest goes on: "
		  "exits of L2 cannot be told from L1's" },
	{ inferred_all, "it has no nested events: whose exits they are follows from where the "
			"guest was and went on" },
	{ inferred_enters, "it has no kvm_nested_vmenter: L1's entries into L2 follow from its "
			   "VMLAUNCH and VMRESUME" },
	{ inferred_injects, "it has no kvm_nested_vmexit_inject: what L1 was given follows from "
			    "where the guest went on; exits that L0 made up are taken for L2's" },
	{ no_vmexits, "it has no kvm_nested_vmexit: L2's exits are those between an entry into "
		      "L2 and the next into L1" },
	{ no_l2, "no virtual machine entered an L2" },
};

const char *import_lack(const struct import *im, uint32_t line)
{
	const struct imp_seen *seen = import_seen(im);

	for (size_t i = 0; i < sizeof(lacks) / sizeof(*lacks); i++)
		if (lacks[i].is(seen) && !line--)
			return lacks[i].text;
	return NULL;
}
