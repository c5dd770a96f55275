// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/exit_reason.h"
#include "collector/convert/writer.h"

const char *convert_event_name(const struct rec_event *e)
{
	static const char *const names[NP_EVENT_TYPES] = {
		[NP_EVENT_LOST] = "lost",
		[NP_EVENT_EXIT] = "kvm_exit",
		[NP_EVENT_ENTRY] = "kvm_entry",
		[NP_EVENT_VMEXIT] = "kvm_nested_vmexit",
		[NP_EVENT_INJECT] = "kvm_nested_vmexit_inject",
		[NP_EVENT_VMENTER] = "kvm_nested_vmenter",
		[NP_EVENT_FAILED] = "kvm_nested_vmenter_failed",
		[NP_EVENT_SYNC] = "shadow_sync_begins",
		[NP_EVENT_SYNCED] = "shadow_sync_ends",
		[NP_EVENT_GONE] = "vcpu_gone",
		[NP_EVENT_ACCESS] = "vmcs_access",
	};

	return e->type < NP_EVENT_TYPES ? names[e->type] : "unknown";
}

const char *convert_level_name(const struct rec_event *e)
{
	if (e->type != NP_EVENT_EXIT && e->type != NP_EVENT_ENTRY)
		return NULL;
	if (e->level == NP_LEVEL_L1)
		return "L1";
	return e->level == NP_LEVEL_L2 || e->level == NP_EVENT_DETAILED ? "L2" : NULL;
}

const char *convert_reason_name(const struct rec_stream *s, const struct rec_event *e)
{
	if (e->type != NP_EVENT_EXIT && e->type != NP_EVENT_VMEXIT && e->type != NP_EVENT_INJECT)
		return NULL;
	return np_exit_reason_name(s->isa, e->reason);
}
