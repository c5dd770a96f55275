/* SPDX-License-Identifier: GPL-2.0-only */
/* The BTF of made-up kernels, with just what the collector looks at. */
#ifndef NESTPROF_FAKE_BTF_H
#define NESTPROF_FAKE_BTF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <bpf/btf.h>

#include "collector/btf_probe.h"

enum fake_reason { IN_UNION, IN_VT, IN_U32, NOWHERE };

/* All zero: a kernel like 6.1. */
struct fake_kernel {
	/* Arguments as btf_probe.c writes them ("vi"); "": no such event; NULL: 6.1's. */
	const char *exit_args;
	const char *nested_args;
	const char *inject_args;
	const char *vmenter_args;
	bool vmenter_function;
	enum fake_reason reason;
	bool no_vcpu_vmx;
	bool no_guest_mode;
	bool no_vmcs02;
	bool no_notifiers;
	bool amd;
	bool no_vcpu_svm;
	bool no_vmcb;
	bool no_vmcb02;
	bool keeps_types; /* in maps, and has a function that is called with vcpu_svm */
	bool intel;
};

static inline int fake_struct(struct btf *b, const char *name, const char *field, int type)
{
	int id = btf__add_struct(b, name, 64);

	if (field)
		btf__add_field(b, field, type, 0, 0);
	return id;
}

struct fake_types {
	int integer, vcpu;
};

static inline void fake_event(struct btf *b, const char *name, const char *given,
			      const char *usual, struct fake_types t)
{
	const char *args = given ? given : usual;
	int data, pointer, proto, p;

	if (!args[0])
		return;
	data = btf__add_ptr(b, 0);
	pointer = btf__add_ptr(b, t.vcpu);
	proto = btf__add_func_proto(b, 0);
	btf__add_func_param(b, "", data);
	for (const char *a = args; *a; a++)
		btf__add_func_param(b, "", *a == 'v' ? pointer : t.integer);
	p = btf__add_ptr(b, proto);
	btf__add_typedef(b, name, p);
}

static inline int fake_vcpu(struct btf *b, const struct fake_kernel *k, int u64)
{
	int head = fake_struct(b, "hlist_head", "first", u64);
	int notifier = fake_struct(b, "preempt_notifier", "link", u64);
	int stat = fake_struct(b, "kvm_vcpu_stat", k->no_guest_mode ? "exits" : "guest_mode", u64);
	int vcpu;

	fake_struct(b, "task_struct", k->no_notifiers ? "pid" : "preempt_notifiers", head);
	vcpu = fake_struct(b, "kvm_vcpu", "preempt_notifier", notifier);
	btf__add_field(b, "stat", stat, 64, 0);
	return vcpu;
}

/* loaded_vmcs sits in an unnamed struct here, which a search must look into. */
static inline void fake_vmx(struct btf *b, const struct fake_kernel *k, int u32)
{
	int reason = btf__add_union(b, "vmx_exit_reason", 4), vt, nested, unnamed;

	btf__add_field(b, "full", u32, 0, 0);
	vt = fake_struct(b, "vcpu_vt", "exit_reason", reason);
	nested = fake_struct(b, "nested_vmx", "vmcs02", u32);
	unnamed = fake_struct(b, "", "loaded_vmcs", u32);
	fake_struct(b, "vcpu_vmx", "vpid", u32);
	if (k->reason == IN_UNION)
		btf__add_field(b, "exit_reason", reason, 64, 0);
	if (k->reason == IN_U32)
		btf__add_field(b, "exit_reason", u32, 64, 0);
	if (k->reason == IN_VT)
		btf__add_field(b, "vt", vt, 64, 0);
	if (!k->no_vmcs02) {
		btf__add_field(b, "nested", nested, 128, 0);
		btf__add_field(b, "", unnamed, 192, 0);
	}
}

static inline void fake_svm(struct btf *b, const struct fake_kernel *k, int u64)
{
	int info = fake_struct(b, "kvm_vmcb_info", "ptr", u64);
	int nested = fake_struct(b, "svm_nested_state", "vmcb02", info);
	int svm = fake_struct(b, "vcpu_svm", "vcpu", u64), proto;

	if (!k->no_vmcb)
		btf__add_field(b, "vmcb", u64, 192, 0);
	if (!k->no_vmcb02)
		btf__add_field(b, "nested", nested, 256, 0);
	if (!k->keeps_types)
		return;
	svm = btf__add_ptr(b, svm);
	proto = btf__add_func_proto(b, 0);
	btf__add_func_param(b, "svm", svm);
	btf__add_func(b, "nested_svm_vmexit", BTF_FUNC_GLOBAL, proto);
	proto = btf__add_func_proto(b, u64);
	btf__add_func(b, "bpf_kptr_xchg", BTF_FUNC_GLOBAL, proto);
}

static inline void fake_btf_make(struct kvm_btf *out, const struct fake_kernel *k)
{
	struct btf *b = btf__new_empty();
	int u32 = btf__add_int(b, "unsigned int", 4, 0);
	int u64 = btf__add_int(b, "unsigned long", 8, 0);
	struct fake_types t = { u32, fake_vcpu(b, k, u64) };

	memset(out, 0, sizeof(*out));
	strcpy(out->release, "9.9-fake");
	out->amd = k->amd;
	out->intel = k->intel;
	out->vmlinux = b;
	if (!k->no_vcpu_vmx)
		fake_vmx(b, k, u32);
	if (k->amd && !k->no_vcpu_svm)
		fake_svm(b, k, u64);
	fake_event(b, "btf_trace_kvm_exit", k->exit_args, "vi", t);
	fake_event(b, "btf_trace_kvm_nested_vmexit", k->nested_args, "vi", t);
	fake_event(b, "btf_trace_kvm_nested_vmexit_inject", k->inject_args, "iiiiii", t);
	fake_event(b, "btf_trace_kvm_nested_vmenter", k->vmenter_args, "iiiiiiiii", t);
	if (k->vmenter_function) {
		int proto = btf__add_func_proto(b, u32);

		btf__add_func(b, "nested_vmx_enter_non_root_mode", BTF_FUNC_STATIC, proto);
	}
}

#endif
