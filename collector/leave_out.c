// SPDX-License-Identifier: GPL-2.0-only
#include "collector/leave_out.h"

#include "collector/base/log.h"
#include "collector/session_fields.h"

int session_leave_out(struct session_config *c, const struct kvm_hooks *hooks)
{
	static const char *const functions[] = { "nested_sync_vmcs12_to_shadow",
						 "copy_shadow_to_vmcs12" };

	if (c->times && !hooks->has_entry) {
		c->times = false;
		log_note("this kernel's BTF has no tracepoint kvm_entry that the collector "
			 "knows: round trips are not timed");
	}
	if (c->fields && hooks->isa == NP_ISA_SVM) {
		c->fields = false;
		log_note("KVM is kvm_amd here: SVM has no VMCS, and L1 no exits by its fields");
	}
	if (c->fields && !hooks->has_accesses && c->no_less)
		return session_fields_refuse();
	if (c->fields && !hooks->has_accesses) {
		c->fields = false;
		log_note("this kernel's BTF does not show L1's registers and memory: VMCS fields "
			 "cannot be told");
	}
	if (c->fields && !hooks->has_start)
		log_note("this kernel's BTF has no function vmx_cache_reg: some of L1's "
			 "instructions will not be told");
	for (int i = 0; i < NP_SYNCS; i++)
		if (c->syncs && !hooks->has_sync[i])
			log_note("this kernel's BTF has no function %s: its calls are not counted",
				 functions[i]);
	return 0;
}
