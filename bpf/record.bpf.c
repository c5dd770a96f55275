// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks on KVM's tracepoints that write down what happens, and nothing else:
 * what it means is worked out later, from the recording. The programs of one
 * vCPU run on its thread, never beside each other, so it has a tape of its own.
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
#include "bpf/record_maps.bpf.h"

#define SLOT struct np_tape

static __always_inline void begin_slot(struct np_tape *t, __u32 slot)
{
	t->slot = slot;
}

static __always_inline void end_slot(struct np_tape *t)
{
	(void)t; /* user space reads it to its end */
}

#include "bpf/slots.bpf.h"
#include "bpf/reason.bpf.h"
#include "bpf/record_level.bpf.h"
#include "bpf/record_fields.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/*
 * The way that nearly all events take: the vCPU is L1's for certain, so nobody
 * has to be asked, and its chunk has room. It keeps as little as possible for
 * after the call that tells the time. What is otherwise is done by functions.
 */
static __always_inline bool is_easy(const struct np_tape *t)
{
	return t->in_l1 && !np_tape_is_full(t->at);
}

static __always_inline int record_of(void *from, enum way way, struct np_tape *t, __u64 word)
{
	if (is_easy(t))
		return record_now(t, word);
	if (way == BY_CAST)
		return record_level_cast(from, t, word);
	return way == BY_KPTR ? record_level_kptr(from, t, word) : record_level(from, t, word);
}

/* As of L1, until it turns out that it is not. */
static __always_inline __u64 exit_word(__u32 reason)
{
	return np_event_word(NP_EVENT_EXIT, NP_LEVEL_L1, event_reason(reason), 0);
}

/*
 * ... and whatever else there is to do at an exit: nothing, nearly always. `from` is what
 * `way` begins at.
 */
static __always_inline int record_exit(struct kvm_vcpu *vcpu, void *from, enum way way,
				       struct np_tape *t, __u32 reason)
{
	__u64 word = exit_word(reason);

	reason &= BASIC_EXIT_REASON;
	if (!records_fields || !is_access(reason))
		return record_of(from, way, t, word);
	record_of(from, way, t, word);
	return access_begins(vcpu, t, reason);
}

/* A vCPU without a seat, or one that nobody wants. */
static __noinline int record_without_seat(struct kvm_vcpu *vcpu, __u32 reason)
{
	struct np_tape *t = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	return t ? record_exit(vcpu, vcpu, BY_READ, t, reason) : 0;
}

static __noinline int hold_without_seat(struct kvm_vcpu *vcpu, __u64 word)
{
	struct np_tape *t = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	return t ? hold_level(vcpu, t, word) : 0;
}

static __always_inline int on_exit_for(struct kvm_vcpu *vcpu, __u32 reason)
{
	struct np_seat *seat = seat_of((__u64)vcpu);

	if (seat->key != (__u64)vcpu)
		return record_without_seat(vcpu, reason);
	return record_exit(vcpu, vcpu, BY_READ, vcpu_at(seat->at), reason);
}

/* One that has no typed pointer yet, or never will. */
static __noinline int on_exit_by_read(struct kvm_vcpu *vcpu)
{
	return vcpu ? on_exit_for(vcpu, reason_by_read(vcpu)) : 0;
}

static __always_inline bool is_unwanted_at(const struct np_seat *seat, struct kvm_vcpu *vcpu)
{
	return seat->key - NP_UNWANTED == (__u64)vcpu;
}

/* kvm_exit has had two prototypes, and there are several ways to the reason. */
SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_cast, struct kvm_vcpu *vcpu)
{
	struct np_seat *seat = seat_of((__u64)vcpu);
	__u32 reason;

	if (!vcpu)
		return 0;
	if (seat->key != (__u64)vcpu)
		return is_unwanted_at(seat, vcpu) ? 0 : on_exit_by_read(vcpu);
	reason = cast_int(reason_address((__u64)vcpu));
	return record_exit(vcpu, vcpu, BY_CAST, vcpu_at(seat->at), reason);
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_kptr, struct kvm_vcpu *vcpu)
{
	__u32 hash = hash_of((__u64)vcpu);
	struct np_seat *seat = seat_at(hash);
	struct vcpu_vmx *vmx;
	__u32 reason;

	if (seat->key != (__u64)vcpu)
		return is_unwanted_at(seat, vcpu) ? 0 : on_exit_by_read(vcpu);
	vmx = typed_vcpu(hash);
	if (!vmx)
		return on_exit_by_read(vcpu);
	reason = reason_by_kptr(vmx);
	return record_exit(vcpu, vmx, BY_KPTR, vcpu_at(seat->at), reason);
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_read, struct kvm_vcpu *vcpu)
{
	if (is_unwanted_at(seat_of((__u64)vcpu), vcpu))
		return 0;
	return on_exit_by_read(vcpu);
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_with_reason, __u32 reason, struct kvm_vcpu *vcpu)
{
	return on_exit_for(vcpu, reason);
}

SEC("?tp_btf/kvm_entry")
int BPF_PROG(entry, struct kvm_vcpu *vcpu)
{
	const __u64 word = np_event_word(NP_EVENT_ENTRY, 0, 0, 0);
	struct np_seat *seat = seat_of((__u64)vcpu);
	struct np_tape *t;

	if (seat->key != (__u64)vcpu)
		return is_unwanted_at(seat, vcpu) ? 0 : hold_without_seat(vcpu, word);
	t = vcpu_at(seat->at);
	if (t->in_l1 == NP_IN_L1_BRIEFLY)
		return 0;
	return hold_level(vcpu, t, word);
}

/* Events that do not name their vCPU. Who runs from now on is certain. */
SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(inject, __u32 reason)
{
	struct np_tape *t = find_current_vcpu();

	if (!t)
		return 0;
	t->in_l1 = in_l1(t);
	return record(t, inject_word(reason));
}

/* Its time is good for phases alone: where they are left out, the next event tells of it. */
static __always_inline int on_vmenter(struct np_tape *t)
{
	if (!t)
		return 0;
	t->in_l1 = NP_NOT_CERTAIN;
	t->from = NP_FROM_ENTRY;
	t->entered = 1;
	if (t->brief) {
		t->unsaid = 1;
		return 0;
	}
	return record(t, VMENTER_WORD);
}

SEC("?tp_btf/kvm_nested_vmenter")
int BPF_PROG(vmenter)
{
	return on_vmenter(find_current_vcpu());
}

/* Where that tracepoint is SVM's alone. */
SEC("?fentry/nested_vmx_enter_non_root_mode")
int BPF_PROG(vmenter_function, struct kvm_vcpu *vcpu)
{
	return vcpu ? on_vmenter(find_vcpu((__u64)vcpu)) : 0;
}

/* L2 may be entered and not run: L1 can have it begin with waiting for an interrupt. */
SEC("?fentry/kvm_emulate_halt_noskip")
int BPF_PROG(halt, struct kvm_vcpu *vcpu)
{
	struct np_tape *t = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	if (t && t->from == NP_FROM_ENTRY)
		t->from = NP_FROM_HALTED_ENTRY;
	return 0;
}

static __always_inline int record_for(struct np_tape *t, __u32 type, __u32 reason)
{
	return t ? record(t, np_event_word(type, NP_LEVEL_UNKNOWN, reason, 0)) : 0;
}

/* Keeps a vCPU's typed pointer. The session takes this out when it has them all. */
SEC("?fentry/prepare_vmcs02_early")
int BPF_PROG(learn_type, struct vcpu_vmx *vmx)
{
	__u32 hash = hash_of((__u64)vmx);
	struct typed_vcpu *typed_vcpu = bpf_map_lookup_elem(&typed, &hash);
	struct np_tape *t;

	t = find_current_vcpu();
	if (!t || !typed_vcpu)
		return 0;
	if (seat_of((__u64)vmx)->key == (__u64)vmx)
		typed_vcpu->vmx = vmx;
	t->typed = 1; /* or never will be, without a seat */
	return 0;
}

/* vmcs12 -> shadow VMCS, before L1 runs; shadow VMCS -> vmcs12, before L2 does. */
SEC("?fentry/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_begin, struct kvm_vcpu *vcpu)
{
	return vcpu ? record_for(find_vcpu((__u64)vcpu), NP_EVENT_SYNC, NP_SYNC_TO_SHADOW) : 0;
}

SEC("?fexit/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_end, struct kvm_vcpu *vcpu)
{
	return vcpu ? record_for(find_vcpu((__u64)vcpu), NP_EVENT_SYNCED, NP_SYNC_TO_SHADOW) : 0;
}

SEC("?fentry/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_begin)
{
	return record_for(find_current_vcpu(), NP_EVENT_SYNC, NP_SYNC_FROM_SHADOW);
}

SEC("?fexit/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_end)
{
	return record_for(find_current_vcpu(), NP_EVENT_SYNCED, NP_SYNC_FROM_SHADOW);
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

#include "bpf/record_svm.bpf.h"
