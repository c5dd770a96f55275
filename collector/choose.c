// SPDX-License-Identifier: GPL-2.0-only
#include "collector/session.h"

#include <bpf/libbpf.h>

#include "bpf/nested_fsm.h"

#include "bpf/nested.skel.h"
#include "collector/bpf_programs.h"
#include "collector/choose.h"

#define WANT(name, wanted) bpf_program__set_autoload(skel->progs.name, wanted)
/* A program with the time in it, or its twin without. */
#define WANT_ONE(name, timed, wanted)                                                              \
	do {                                                                                       \
		WANT(name, (wanted) && !(timed));                                                  \
		WANT(name##_timed, (wanted) && (timed));                                           \
	} while (0)

/* What only times of phases take is left out where these are. */
static bool has_phases(const struct session_config *c)
{
	return c->times && !NP_IS_LEAN;
}

static void choose_exit(struct nested_bpf *skel, enum reason_way way, bool timed, bool fields)
{
	WANT_ONE(exit_with_reason, timed, way == REASON_IS_ARGUMENT);
	WANT_ONE(exit_cast, timed, way == REASON_BY_CAST && !fields);
	WANT_ONE(exit_kptr, timed, way == REASON_BY_KPTR && !fields);
	WANT_ONE(exit_read, timed, way == REASON_BY_READ && !fields);
	WANT(exit_cast_accesses, way == REASON_BY_CAST && fields);
	WANT(exit_kptr_accesses, way == REASON_BY_KPTR && fields);
	WANT(exit_read_accesses, way == REASON_BY_READ && fields);
}

static void choose_vmx(struct nested_bpf *skel, const struct kvm_hooks *h,
		       const struct session_config *c)
{
	choose_exit(skel, h->reason, c->times, c->fields);
	WANT_ONE(inject, c->times, !h->infers);
	WANT(entry_timed, c->times && h->infers && h->tells_level);
	WANT(any_entry_timed, c->times && !(h->infers && h->tells_level));
}

static void choose_svm(struct nested_bpf *skel, const struct kvm_hooks *h,
		       const struct session_config *c)
{
	WANT_ONE(svm_exit_cast, c->times, h->reason == REASON_BY_CAST);
	WANT_ONE(svm_exit_kptr, c->times, h->reason == REASON_BY_KPTR);
	WANT_ONE(svm_exit_read, c->times, h->reason == REASON_BY_READ);
	WANT(svm_entry_timed, c->times);
}

/* For a kernel whose modules have no BTF. */
static void choose_unchecked(struct nested_bpf *skel, const struct session_config *c)
{
	WANT(exit_unchecked, true);
	WANT(nested_vmexit_unchecked, c->check || c->paths);
	WANT(nested_vmexit_inject_unchecked, true);
	WANT(nested_vmenter_returns, true);
}

static void choose_checked(struct nested_bpf *skel, const struct kvm_hooks *h,
			   const struct session_config *c)
{
	bool svm = h->isa == NP_ISA_SVM;
	bool typed = h->reason == REASON_BY_KPTR, enters = has_phases(c) || !h->infers;
	bool to_shadow = c->syncs && h->has_sync[NP_SYNC_TO_SHADOW];
	bool check = c->check || c->paths;
	bool from_shadow = c->syncs && h->has_sync[NP_SYNC_FROM_SHADOW];

	if (svm)
		choose_svm(skel, h, c);
	else
		choose_vmx(skel, h, c);
	WANT_ONE(vmenter, c->times, enters && h->vmenter_is_event);
	WANT_ONE(vmenter_function, c->times, enters && !h->vmenter_is_event);
	WANT(halt, h->infers && h->has_halt);
	WANT(nested_vmexit_with_reason, check && h->exit_has_reason);
	WANT(nested_vmexit, check && !h->exit_has_reason);
	WANT(typed_vcpu_destroyed, h->vcpu_destroy && typed && !svm);
	WANT(typed_svm_destroyed, h->vcpu_destroy && typed && svm);
	WANT(vcpu_destroyed, h->vcpu_destroy && !typed);
	WANT(to_shadow_begin, to_shadow);
	WANT(to_shadow_end, to_shadow);
	WANT(from_shadow_begin, from_shadow);
	WANT(from_shadow_end, from_shadow);
}

/* For who may not use the modules' BTF. */
static void choose_by_address(struct nested_bpf *skel, const struct kvm_hooks *h,
			      const struct session_config *c)
{
	WANT(exit_at, !c->times);
	WANT(exit_at_timed, c->times);
	WANT(entry_at, c->times);
	WANT(vmenter_at, has_phases(c) && h->vmenter_is_event);
	WANT(nested_vmexit_at, c->check || c->paths);
	WANT(halt_at, h->has_halt);
	WANT(vcpu_destroyed_at, h->vcpu_destroy);
}

/* Kernels for which these maps are not meant read their declarations otherwise. */
static void choose_types(struct nested_bpf *skel, const struct kvm_hooks *h)
{
	bool typed = h->reason == REASON_BY_KPTR && !h->by_address && !h->unchecked;
	bool vmx = typed && h->isa == NP_ISA_VMX, svm = typed && h->isa == NP_ISA_SVM;

	skel->rodata->asks_types = typed;
	WANT(learn_type, vmx);
	WANT(learn_svm, svm);
	bpf_map__set_autocreate(skel->maps.typed, vmx);
	bpf_map__set_autocreate(skel->maps.typed_svm, svm);
	if (!typed)
		programs_forget_kptrs(skel->obj);
	/* tend_types() does */
	bpf_program__set_autoattach(skel->progs.learn_type, false);
	bpf_program__set_autoattach(skel->progs.learn_svm, false);
}

static void choose_failures(struct nested_bpf *skel, const struct kvm_hooks *h)
{
	WANT(entry_failed, h->has_failed);
	bpf_program__set_autoattach(skel->progs.entry_failed, false); /* session_attach() does */
}

void choose_programs(struct nested_bpf *skel, const struct kvm_hooks *h,
		     const struct session_config *c)
{
	choose_failures(skel, h);
	choose_types(skel, h);
	if (h->unchecked)
		choose_unchecked(skel, c);
	else if (h->by_address)
		choose_by_address(skel, h, c);
	else
		choose_checked(skel, h, c);
}

void tend_types(struct nested_bpf *skel, const struct kvm_hooks *h, bool needed)
{
	bool svm = h->isa == NP_ISA_SVM;

	if (h->reason == REASON_BY_KPTR && !h->by_address)
		programs_hook(svm ? skel->progs.learn_svm : skel->progs.learn_type,
			      svm ? &skel->links.learn_svm : &skel->links.learn_type, needed);
}
