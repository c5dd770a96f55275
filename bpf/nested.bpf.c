// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks on KVM's tracepoints, feeding the state machine of each vCPU. The
 * programs of one vCPU run on its thread, never beside each other, so its
 * counters need no atomic operations.
 */
#define __TARGET_ARCH_x86 /* how bpf_tracing.h reads struct pt_regs */

#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/kvm_types.bpf.h"
#include "bpf/pools.bpf.h"

#define SLOT struct np_vcpu

static __always_inline void begin_slot(struct np_vcpu *v, __u32 slot)
{
	np_fsm_init(v);
	v->shared_row = slot;
}

static __always_inline void end_slot(struct np_vcpu *v)
{
	np_fsm_gap(v);
}

#include "bpf/slots.bpf.h"
#include "bpf/reason.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define TIMED true
#define UNTIMED false

static __noinline int on_exit_otherwise(struct kvm_vcpu *vcpu, struct np_vcpu *v, __u32 reason)
{
	np_fsm_exit(NULL, v, reason, level_of(vcpu), UNTIMED);
	return 0;
}

static __noinline int on_exit_otherwise_timed(struct kvm_vcpu *vcpu, struct np_vcpu *v,
					      __u32 reason)
{
	np_fsm_exit(NULL, v, reason, level_of(vcpu), TIMED);
	return 0;
}

/* The short way ends here, or with a call: it keeps nothing in registers for later. */
static __always_inline int on_exit(struct kvm_vcpu *vcpu, struct np_vcpu *v, __u32 reason,
				   bool timed)
{
	reason = np_reason_index(reason & BASIC_EXIT_REASON);
	if (np_fsm_l1_exit(NULL, v, reason, timed))
		return 0;
	return timed ? on_exit_otherwise_timed(vcpu, v, reason) :
		       on_exit_otherwise(vcpu, v, reason);
}

/* A vCPU whose slot was not found at once. */
static __noinline int on_exit_after_search(struct kvm_vcpu *vcpu, __u32 reason, bool timed)
{
	struct np_vcpu *v = find_vcpu((__u64)vcpu);

	return v ? on_exit(vcpu, v, reason, timed) : 0;
}

static __always_inline int on_exit_for(struct kvm_vcpu *vcpu, __u32 reason, bool timed)
{
	struct np_vcpu *v = guess_vcpu((__u64)vcpu);

	if (v->key != (__u64)vcpu)
		return on_exit_after_search(vcpu, reason, timed);
	return on_exit(vcpu, v, reason, timed);
}

static __noinline int on_exit_by_read(struct kvm_vcpu *vcpu, bool timed)
{
	return on_exit_for(vcpu, reason_by_read(vcpu), timed);
}

static __always_inline int on_exit_by_cast(struct kvm_vcpu *vcpu, bool timed)
{
	return on_exit_for(vcpu, reason_by_cast(vcpu), timed);
}

static __always_inline int on_exit_by_kptr(struct kvm_vcpu *vcpu, bool timed)
{
	__u32 hash = hash_of((__u64)vcpu);
	struct typed_vcpu *t = bpf_map_lookup_elem(&typed, &hash);
	struct vcpu_vmx___reason *vmx = t ? (void *)t->vmx : NULL;

	if (!vmx || (__u64)vmx != (__u64)vcpu)
		return on_exit_by_read(vcpu, timed);
	return on_exit(vcpu, &vcpus[(t->slot - 1) & (NP_MAX_VCPUS - 1)], vmx->exit_reason.full,
		       timed);
}

#include "bpf/nested_raw.bpf.h"

/*
 * A program for each way to know the exit reason, without the time and with it.
 * Up to 5.15 it is an argument.
 */
#define EXIT_PROGRAM(name, on_exit_how, timed)                                                      \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, struct kvm_vcpu *vcpu)                                                  \
	{                                                                                          \
		ONLY_WANTED_VCPU(vcpu);                                                              \
		return on_exit_how(vcpu, timed);                                                   \
	}

EXIT_PROGRAM(exit_cast, on_exit_by_cast, UNTIMED)
EXIT_PROGRAM(exit_cast_timed, on_exit_by_cast, TIMED)
EXIT_PROGRAM(exit_kptr, on_exit_by_kptr, UNTIMED)
EXIT_PROGRAM(exit_kptr_timed, on_exit_by_kptr, TIMED)
EXIT_PROGRAM(exit_read, on_exit_by_read, UNTIMED)
EXIT_PROGRAM(exit_read_timed, on_exit_by_read, TIMED)

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_with_reason, __u32 reason, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_exit_for(vcpu, reason, UNTIMED);
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_with_reason_timed, __u32 reason, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_exit_for(vcpu, reason, TIMED);
}

static __noinline int on_entry_otherwise(struct kvm_vcpu *vcpu, struct np_vcpu *v)
{
	np_fsm_entry(NULL, v, level_of(vcpu));
	return 0;
}

/* kvm_entry may have more arguments: only the first is of interest. */
SEC("?tp_btf/kvm_entry")
int BPF_PROG(entry_timed, struct kvm_vcpu *vcpu)
{
	struct np_vcpu *v;

	ONLY_WANTED_VCPU(vcpu);
	v = find_vcpu((__u64)vcpu);
	if (!v || np_fsm_l1_entry(NULL, v))
		return 0;
	return on_entry_otherwise(vcpu, v);
}

static __always_inline int on_nested_vmexit(struct kvm_vcpu *vcpu)
{
	struct np_vcpu *v;

	ONLY_WANTED_VCPU(vcpu);
	v = find_vcpu((__u64)vcpu);
	if (v)
		np_fsm_nested_vmexit(v);
	return 0;
}

/* A check on kvm_exit, for who wants it. */
SEC("?tp_btf/kvm_nested_vmexit")
int BPF_PROG(nested_vmexit, struct kvm_vcpu *vcpu)
{
	return on_nested_vmexit(vcpu);
}

SEC("?tp_btf/kvm_nested_vmexit")
int BPF_PROG(nested_vmexit_with_reason, __u32 reason, struct kvm_vcpu *vcpu)
{
	return on_nested_vmexit(vcpu);
}

static __always_inline int on_inject(__u32 reason, bool timed)
{
	struct np_vcpu *v;

	ONLY_WANTED();
	v = find_current_vcpu();
	if (v)
		np_fsm_inject(NULL, v, reason & BASIC_EXIT_REASON, timed);
	return 0;
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(inject, __u32 reason)
{
	return on_inject(reason, false);
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(inject_timed, __u32 reason)
{
	return on_inject(reason, true);
}

static __always_inline int on_vmenter(struct np_vcpu *v, bool timed)
{
	if (v)
		np_fsm_vmenter(NULL, v, timed);
	return 0;
}

SEC("?tp_btf/kvm_nested_vmenter")
int BPF_PROG(vmenter)
{
	ONLY_WANTED();
	return on_vmenter(find_current_vcpu(), UNTIMED);
}

SEC("?tp_btf/kvm_nested_vmenter")
int BPF_PROG(vmenter_timed)
{
	ONLY_WANTED();
	return on_vmenter(find_current_vcpu(), TIMED);
}

/* Where that tracepoint is SVM's alone. */
SEC("?fentry/nested_vmx_enter_non_root_mode")
int BPF_PROG(vmenter_function, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_vmenter(find_vcpu((__u64)vcpu), UNTIMED);
}

SEC("?fentry/nested_vmx_enter_non_root_mode")
int BPF_PROG(vmenter_function_timed, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_vmenter(find_vcpu((__u64)vcpu), TIMED);
}

/* Keeps a vCPU's typed pointer. The session takes this out when it has them all. */
SEC("?fentry/prepare_vmcs02_early")
int BPF_PROG(learn_type, struct vcpu_vmx *vmx)
{
	__u32 hash = hash_of((__u64)vmx);
	struct typed_vcpu *t = bpf_map_lookup_elem(&typed, &hash);
	struct np_vcpu *v;

	ONLY_WANTED();
	v = find_current_vcpu();
	if (v && t) {
		t->slot = v->shared_row;
		t->vmx = vmx;
		v->typed = 1;
	}
	return 0;
}

static __always_inline int on_sync_begin(struct np_vcpu *v)
{
	if (v)
		v->sync_began = np_now(NULL);
	return 0;
}

static __always_inline int on_sync_end(struct np_vcpu *v, enum np_sync which)
{
	if (!v || !v->sync_began)
		return 0;
	v->sync[which].n++;
	v->sync[which].ns += np_now(NULL) - v->sync_began;
	v->sync_began = 0;
	return 0;
}

/* vmcs12 -> shadow VMCS, before L1 runs; shadow VMCS -> vmcs12, before L2 does. */
SEC("?fentry/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_begin, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_sync_begin(find_vcpu((__u64)vcpu));
}

SEC("?fexit/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_end, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_sync_end(find_vcpu((__u64)vcpu), NP_SYNC_TO_SHADOW);
}

SEC("?fentry/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_begin)
{
	ONLY_WANTED();
	return on_sync_begin(find_current_vcpu());
}

SEC("?fexit/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_end)
{
	ONLY_WANTED();
	return on_sync_end(find_current_vcpu(), NP_SYNC_FROM_SHADOW);
}

SEC("?fentry/kvm_arch_vcpu_destroy")
int BPF_PROG(vcpu_destroyed, struct kvm_vcpu *vcpu)
{
	forget_vcpu((__u64)vcpu);
	return 0;
}

/* The same where the exit reason is found by a typed pointer. */
SEC("?fentry/kvm_arch_vcpu_destroy")
int BPF_PROG(typed_vcpu_destroyed, struct kvm_vcpu *vcpu)
{
	__u32 hash = hash_of((__u64)vcpu);
	struct typed_vcpu *t = bpf_map_lookup_elem(&typed, &hash);

	if (t && (__u64)t->vmx == (__u64)vcpu)
		t->vmx = NULL;
	forget_vcpu((__u64)vcpu);
	return 0;
}
