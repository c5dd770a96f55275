// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/session.h"

#include <bpf/libbpf.h>

#include "bpf/fields.h"
#include "bpf/offsets.h"
#include "bpf/record_chunks.h"

#include "bpf/record.skel.h"
#include "collector/bpf_programs.h"
#include "collector/record/choose.h"

static void want(struct bpf_program *p, bool wanted)
{
	bpf_program__set_autoload(p, wanted);
}

static void choose_exit(struct record_bpf *skel, enum reason_way way, bool fields)
{
	want(skel->progs.exit_with_reason, way == REASON_IS_ARGUMENT);
	want(skel->progs.exit_cast, way == REASON_BY_CAST && !fields);
	want(skel->progs.exit_kptr, way == REASON_BY_KPTR && !fields);
	want(skel->progs.exit_read, way == REASON_BY_READ && !fields);
	want(skel->progs.exit_cast_accesses, way == REASON_BY_CAST && fields);
	want(skel->progs.exit_kptr_accesses, way == REASON_BY_KPTR && fields);
	want(skel->progs.exit_read_accesses, way == REASON_BY_READ && fields);
}

static void choose_vmx(struct record_bpf *skel, const struct kvm_hooks *h,
		       const struct record_config *c)
{
	bool entries = c->entries && h->has_entry;

	choose_exit(skel, h->reason, c->fields);
	want(skel->progs.entry, entries && h->tells_level);
	want(skel->progs.any_entry, entries && !h->tells_level);
	want(skel->progs.inject, !h->infers);
}

static void choose_svm(struct record_bpf *skel, enum reason_way way, bool entries)
{
	want(skel->progs.svm_exit_cast, way == REASON_BY_CAST);
	want(skel->progs.svm_exit_kptr, way == REASON_BY_KPTR);
	want(skel->progs.svm_exit_read, way == REASON_BY_READ);
	want(skel->progs.svm_entry, entries);
}

/* For a kernel whose modules have no BTF. */
static void choose_unchecked(struct record_bpf *skel)
{
	want(skel->progs.exit_unchecked, true);
	want(skel->progs.inject_unchecked, true);
	want(skel->progs.vmenter_returns, true);
}

/* For who may not use the modules' BTF. */
static void choose_by_address(struct record_bpf *skel, const struct kvm_hooks *h,
			      const struct record_config *c)
{
	want(skel->progs.exit_at, true);
	want(skel->progs.entry_at, c->entries && h->has_entry);
	want(skel->progs.vmenter_at, c->entries && h->has_entry);
	want(skel->progs.halt_at, h->has_halt);
	want(skel->progs.vcpu_destroyed_at, h->vcpu_destroy);
}

static void choose_checked(struct record_bpf *skel, const struct kvm_hooks *h,
			   const struct record_config *c)
{
	bool typed = h->reason == REASON_BY_KPTR;
	bool to = c->syncs && h->has_sync[NP_SYNC_TO_SHADOW];
	bool from = c->syncs && h->has_sync[NP_SYNC_FROM_SHADOW];
	bool enters = !h->infers || (c->entries && h->has_entry);

	if (h->isa == NP_ISA_SVM)
		choose_svm(skel, h->reason, c->entries && h->has_entry);
	else
		choose_vmx(skel, h, c);
	want(skel->progs.halt, h->infers && h->has_halt);
	want(skel->progs.vmenter, enters && h->vmenter_is_event);
	want(skel->progs.vmenter_function, enters && !h->vmenter_is_event);
	want(skel->progs.vcpu_destroyed, h->vcpu_destroy && !typed);
	want(skel->progs.typed_vcpu_destroyed, h->vcpu_destroy && typed && h->isa == NP_ISA_VMX);
	want(skel->progs.typed_svm_destroyed, h->vcpu_destroy && typed && h->isa == NP_ISA_SVM);
	want(skel->progs.to_shadow_begin, to);
	want(skel->progs.to_shadow_end, to);
	want(skel->progs.from_shadow_begin, from);
	want(skel->progs.from_shadow_end, from);
}

/* As choose_types() of stat's. */
static void choose_types(struct record_bpf *skel, const struct kvm_hooks *h)
{
	bool typed = h->reason == REASON_BY_KPTR && !h->by_address && !h->unchecked;
	bool vmx = typed && h->isa == NP_ISA_VMX, svm = typed && h->isa == NP_ISA_SVM;

	skel->rodata->asks_types = typed;
	want(skel->progs.learn_type, vmx);
	want(skel->progs.learn_svm, svm);
	bpf_map__set_autocreate(skel->maps.typed, vmx);
	bpf_map__set_autocreate(skel->maps.typed_svm, svm);
	if (!typed)
		programs_forget_kptrs(skel->obj);
	/* tend_types() does */
	bpf_program__set_autoattach(skel->progs.learn_type, false);
	bpf_program__set_autoattach(skel->progs.learn_svm, false);
}

void record_choose(struct record_bpf *skel, const struct kvm_hooks *h,
		   const struct record_config *c)
{
	choose_types(skel, h);
	if (h->unchecked)
		choose_unchecked(skel);
	else if (h->by_address)
		choose_by_address(skel, h, c);
	else
		choose_checked(skel, h, c);
	want(skel->progs.entry_failed, h->infers && h->has_failed);
}
