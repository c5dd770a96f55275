// SPDX-License-Identifier: GPL-2.0-only
#include "collector/btf_probe.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/btf.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/btf_walk.h"
#include "collector/kvm_offsets.h"

#define TYPED_FUNCTION "prepare_vmcs02_early"
#define TYPED_FUNCTION_SVM "nested_svm_vmexit"
#define VMENTER_FUNCTION "nested_vmx_enter_non_root_mode"

int kvm_btf_open(struct kvm_btf *b)
{
	struct utsname u;

	memset(b, 0, sizeof(*b));
	uname(&u);
	snprintf(b->release, sizeof(b->release), "%s", u.release);
	b->amd = fs_exists("/sys/module/kvm_amd");
	b->intel = fs_exists("/sys/module/kvm_intel");
	b->vmlinux = btf__load_vmlinux_btf();
	if (!b->vmlinux)
		return fail(NP_EXIT_NO_BTF, -ENOENT,
			    "kernel %s: it has no BTF (CONFIG_DEBUG_INFO_BTF); boot a kernel "
			    "built with it",
			    b->release);
	b->kvm = btf__load_module_btf("kvm", b->vmlinux);
	b->vendor = btf__load_module_btf(b->amd ? "kvm_amd" : "kvm_intel", b->vmlinux);
	return 0;
}

void kvm_btf_close(struct kvm_btf *b)
{
	btf__free(b->vendor);
	btf__free(b->kvm);
	btf__free(b->vmlinux);
	b->vendor = b->kvm = b->vmlinux = NULL;
}

static bool has_field(const struct kvm_btf *b, const char *structure, const char *path)
{
	return btf_field(b, structure, path).btf != NULL;
}

/* Whether the programs' union vmx_exit_reason matches what is there. */
static bool has_exit_reason(const struct kvm_btf *b, const char *path)
{
	const struct btf_type *t = btf_type_of(btf_field(b, "vcpu_vmx", path));

	return t && btf_is_union(t);
}

/* The raw tracepoint's prototype: typedef of a pointer to void (void *data, ...). */
static struct found prototype(const struct kvm_btf *b, const char *event)
{
	char name[64];
	struct found f;
	const struct btf_type *t;

	snprintf(name, sizeof(name), "btf_trace_%s", event);
	f = btf_find(b, name, BTF_KIND_TYPEDEF);
	t = f.btf ? btf_type_of(f = btf_plain(f)) : NULL;
	if (!t || !btf_is_ptr(t))
		return FOUND_NOTHING;
	f.id = t->type;
	t = btf_type_of(f = btf_plain(f));
	return t && btf_is_func_proto(t) ? f : FOUND_NOTHING;
}

static uint32_t nr_arguments(struct found proto)
{
	uint32_t n = btf_vlen(btf_type_of(proto));

	return n ? n - 1 : 0;
}

/* 'v' for struct kvm_vcpu *, 'i' for an integer, '?' for anything else. */
static char argument(struct found proto, uint32_t i)
{
	struct found f = { proto.btf, btf_params(btf_type_of(proto))[i + 1].type, 0 };
	const struct btf_type *t = btf_type_of(f = btf_plain(f));

	if (t && btf_is_int(t))
		return 'i';
	if (!t || !btf_is_ptr(t))
		return '?';
	f.id = t->type;
	t = btf_type_of(btf_plain(f));
	if (t && btf_is_struct(t) &&
	    strcmp(btf__name_by_offset(f.btf, t->name_off), "kvm_vcpu") == 0)
		return 'v';
	return '?';
}

static bool arguments_are(struct found proto, const char *wanted)
{
	if (nr_arguments(proto) != strlen(wanted))
		return false;
	for (uint32_t i = 0; wanted[i]; i++)
		if (wanted[i] != argument(proto, i))
			return false;
	return true;
}

static int lacks_event(const struct kvm_btf *b, const char *event)
{
	return fail(NP_EXIT_NO_BTF, -ENOENT,
		    "kernel %s: tracepoint %s is in no BTF: kvm is not loaded or its BTF is not "
		    "built (CONFIG_DEBUG_INFO_BTF_MODULES); load kvm_intel, or use nestprof lab",
		    b->release, event);
}

static int unknown_arguments(const struct kvm_btf *b, const char *event)
{
	return fail(NP_EXIT_NO_BTF, -EPROTO,
		    "kernel %s: tracepoint %s has arguments that this nestprof does not know; "
		    "use another kernel, or nestprof lab",
		    b->release, event);
}

static int lacks_field(const struct kvm_btf *b, const char *what)
{
	return fail(NP_EXIT_NO_BTF, -ENOENT,
		    "kernel %s: its BTF has no %s, which the collector needs; use another "
		    "kernel, or nestprof lab",
		    b->release, what);
}

static int judge_exit(const struct kvm_btf *b, struct kvm_hooks *h)
{
	static const char *const events[] = { "kvm_exit", "kvm_nested_vmexit" };

	for (int i = 0; i < 2; i++) {
		struct found proto = prototype(b, events[i]);

		if (!proto.btf)
			return lacks_event(b, events[i]);
		if (i == 0)
			h->exit_has_reason = arguments_are(proto, "ivi");
		if (!arguments_are(proto, h->exit_has_reason ? "ivi" : "vi"))
			return unknown_arguments(b, events[i]);
	}
	return 0;
}

static int judge_inject(const struct kvm_btf *b)
{
	struct found proto = prototype(b, "kvm_nested_vmexit_inject");

	if (!proto.btf)
		return lacks_event(b, "kvm_nested_vmexit_inject");
	if (!arguments_are(proto, "iiiiii"))
		return unknown_arguments(b, "kvm_nested_vmexit_inject");
	return 0;
}

static int judge_vmenter(const struct kvm_btf *b, struct kvm_hooks *h)
{
	struct found proto = prototype(b, "kvm_nested_vmenter");

	h->vmenter_is_event = proto.btf != NULL;
	if (proto.btf)
		return nr_arguments(proto) == 9 ? 0 : unknown_arguments(b, "kvm_nested_vmenter");
	if (!btf_find(b, VMENTER_FUNCTION, BTF_KIND_FUNC).btf)
		return lacks_field(b, "tracepoint kvm_nested_vmenter and no function "
				      VMENTER_FUNCTION);
	return 0;
}

static int judge_vmx(const struct kvm_btf *b, const struct kvm_hooks *h)
{
	if (!btf_find(b, "vcpu_vmx", BTF_KIND_STRUCT).btf)
		return fail(NP_EXIT_NO_BTF, -ENOENT,
			    "kernel %s: struct vcpu_vmx is in no BTF: kvm_intel is not loaded or "
			    "its BTF is not built (CONFIG_DEBUG_INFO_BTF_MODULES); load kvm_intel, "
			    "or use nestprof lab",
			    b->release);
	if (!h->exit_has_reason && !has_exit_reason(b, "vt.exit_reason") &&
	    !has_exit_reason(b, "exit_reason"))
		return lacks_field(b, "vcpu_vmx.exit_reason and no vcpu_vmx.vt.exit_reason");
	return 0;
}

/*
 * kvm_amd's vcpu_svm tells where the VMCB is. It has the exit code, which is no argument
 * since 5.16; there has been kvm_nested_vmenter for SVM since about then, too.
 */
static int judge_svm(const struct kvm_btf *b, const struct kvm_hooks *h)
{
	if (!btf_find(b, "vcpu_svm", BTF_KIND_STRUCT).btf)
		return fail(NP_EXIT_NO_BTF, -ENOENT,
			    "kernel %s: struct vcpu_svm is in no BTF: that of kvm_amd is not built "
			    "(CONFIG_DEBUG_INFO_BTF_MODULES); boot a kernel that has it, or use "
			    "nestprof lab --cpu amd",
			    b->release);
	if (!h->at.vmcb)
		return lacks_field(b, "vcpu_svm.vmcb");
	if (h->exit_has_reason || !prototype(b, "kvm_nested_vmenter").btf)
		return fail(NP_EXIT_NO_BTF, -EOPNOTSUPP,
			    "kernel %s: its tracepoints of nested SVM are those of Linux 5.15 and "
			    "before, which the collector does not know; boot Linux 6.1 or newer",
			    b->release);
	return 0;
}

static int judge_current_vcpu(const struct kvm_btf *b)
{
	if (!has_field(b, "task_struct", "preempt_notifiers.first"))
		return lacks_field(b, "task_struct.preempt_notifiers");
	if (!has_field(b, "kvm_vcpu", "preempt_notifier.link"))
		return lacks_field(b, "kvm_vcpu.preempt_notifier");
	return 0;
}

static int judge_vcpu(const struct kvm_btf *b, enum np_isa isa)
{
	int err = judge_current_vcpu(b);

	if (err || isa == NP_ISA_SVM)
		return err;
	if (!has_field(b, "kvm_vcpu", "stat.guest_mode") &&
	    !(has_field(b, "vcpu_vmx", "nested.vmcs02") && has_field(b, "vcpu_vmx", "loaded_vmcs")))
		return lacks_field(b, "kvm_vcpu.stat.guest_mode and no vcpu_vmx.nested.vmcs02");
	return 0;
}

/* Whether the function's first argument is a pointer to that struct. */
static bool function_takes(const struct kvm_btf *b, const char *name, const char *structure)
{
	struct found f = btf_find(b, name, BTF_KIND_FUNC);
	const struct btf_type *t = btf_type_of(f);

	for (int step = 0; t && step < 3; step++) {
		if (step == 1 && !btf_vlen(t))
			return false;
		f.id = step == 1 ? btf_params(t)[0].type : t->type;
		t = btf_type_of(f = btf_plain(f));
		if (step == 1 && t && !btf_is_ptr(t))
			return false;
	}
	return t && btf_is_struct(t) && !strcmp(btf__name_by_offset(f.btf, t->name_off), structure);
}

static bool has_cast(const struct kvm_btf *b)
{
	return btf__find_by_name_kind(b->vmlinux, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0 &&
	       btf__find_by_name_kind(b->vmlinux, "hlist_head", BTF_KIND_STRUCT) > 0 &&
	       btf__find_by_name_kind(b->vmlinux, "refcount_struct", BTF_KIND_STRUCT) > 0;
}

/* A typed pointer that the function is called with can be kept in a map. */
static bool keeps_type(const struct kvm_btf *b, const char *function, const char *structure)
{
	return btf__find_by_name_kind(b->vmlinux, "bpf_kptr_xchg", BTF_KIND_FUNC) > 0 &&
	       function_takes(b, function, structure);
}

static enum reason_way reason_way(const struct kvm_btf *b, const struct kvm_hooks *h)
{
	if (h->exit_has_reason)
		return REASON_IS_ARGUMENT;
	if (h->isa == NP_ISA_SVM)
		return has_cast(b) ? REASON_BY_CAST :
		       keeps_type(b, TYPED_FUNCTION_SVM, "vcpu_svm") ? REASON_BY_KPTR :
								       REASON_BY_READ;
	if (!h->infers || !h->tells_level)
		return REASON_BY_READ; /* the others would be told of what these have */
	if (has_cast(b))
		return REASON_BY_CAST;
	if (has_exit_reason(b, "exit_reason") && keeps_type(b, TYPED_FUNCTION, "vcpu_vmx"))
		return REASON_BY_KPTR;
	return REASON_BY_READ;
}

/* What bpf/fields.bpf.h and bpf/guest_memory.bpf.h read. */
static bool has_accesses(const struct kvm_btf *b, const struct kvm_hooks *h)
{
	static const char *const fields[][2] = {
		{ "kvm", "memslots" },		    { "kvm_memslots", "gfn_tree" },
		{ "kvm_memslots", "node_idx" },	    { "kvm_memory_slot", "gfn_node" },
		{ "kvm_memory_slot", "base_gfn" },  { "kvm_memory_slot", "npages" },
		{ "kvm_memory_slot", "userspace_addr" },
		{ "kvm_vcpu", "arch.regs" },	    { "kvm_vcpu", "arch.regs_dirty" },
		{ "kvm_vcpu", "arch.cr3" },	    { "kvm_vcpu", "arch.cr4" },
		{ "kvm_vcpu", "arch.efer" },	    { "kvm_vcpu", "kvm" },
		{ "kvm_vcpu", "arch.exception.injected" },
	};
	bool has = h->has_entry && !h->exit_has_reason;

	for (size_t i = 0; has && i < sizeof(fields) / sizeof(fields[0]); i++)
		has = has_field(b, fields[i][0], fields[i][1]);
	return has;
}

/* What the collector can do without. */
static void find_extras(const struct kvm_btf *b, struct kvm_hooks *h)
{
	struct found entry = prototype(b, "kvm_entry");
	struct found failed = prototype(b, "kvm_nested_vmenter_failed");

	h->infers = has_field(b, "vmcs12", "vm_exit_reason") &&
		    has_field(b, "vcpu_vmx", "nested.cached_vmcs12") &&
		    has_field(b, "vcpu_vmx", "nested.smm.guest_mode");
	h->tells_level = has_field(b, "kvm_vcpu", "stat.guest_mode");
	h->reason = reason_way(b, h);
	h->has_halt = function_takes(b, "kvm_emulate_halt_noskip", "kvm_vcpu");
	h->has_entry = entry.btf && nr_arguments(entry) && argument(entry, 0) == 'v';
	h->has_failed = failed.btf && nr_arguments(failed) == 2;
	h->has_accesses = h->isa == NP_ISA_VMX && has_accesses(b, h);
	h->has_start = function_takes(b, "vmx_cache_reg", "kvm_vcpu");
	h->has_sync[NP_SYNC_TO_SHADOW] =
		function_takes(b, "nested_sync_vmcs12_to_shadow", "kvm_vcpu");
	h->has_sync[NP_SYNC_FROM_SHADOW] = function_takes(b, "copy_shadow_to_vmcs12", "vcpu_vmx");
}

/* KVM is there, but vmlinux alone has BTF, as in Debian's 5.10. */
static bool lacks_module_btf(const struct kvm_btf *b)
{
	return b->intel && !b->kvm && !b->vendor && !prototype(b, "kvm_exit").btf;
}

int kvm_btf_judge(const struct kvm_btf *b, struct kvm_hooks *h)
{
	int err;

	*h = (struct kvm_hooks){ .unchecked = lacks_module_btf(b),
				 .isa = b->amd ? NP_ISA_SVM : NP_ISA_VMX };
	h->has_failed = h->unchecked;
	kvm_offsets(b, &h->at);
	if (h->unchecked)
		return judge_current_vcpu(b);
	err = judge_exit(b, h);
	h->vcpu_destroy = btf_find(b, "kvm_arch_vcpu_destroy", BTF_KIND_FUNC).btf != NULL;
	if (!err)
		err = h->isa == NP_ISA_SVM ? judge_svm(b, h) : judge_vmx(b, h);
	if (!err)
		err = judge_inject(b);
	if (!err)
		err = judge_vmenter(b, h);
	if (!err)
		err = judge_vcpu(b, h->isa);
	if (!err)
		find_extras(b, h);
	return err;
}
