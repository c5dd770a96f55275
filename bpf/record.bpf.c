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
#include "bpf/record_fields.bpf.h"

/* Of so many exits of L2, one has all entries until the next recorded. */
const volatile __u32 phases_every = 1;

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

static __always_inline __u8 in_l1(const struct np_tape *t)
{
	return t->brief ? NP_IN_L1_BRIEFLY : NP_IN_L1;
}

/* An exit of L2: whether it is followed closely. Returns its level. */
static __always_inline __u32 begin_trip(struct np_tape *t)
{
	t->in_l1 = NP_NOT_CERTAIN;
	t->brief = t->until_detailed != 0;
	if (t->brief) {
		t->until_detailed--;
		return NP_LEVEL_L2;
	}
	t->until_detailed = phases_every - 1;
	return NP_EVENT_DETAILED;
}

/* An exit, and it is not certain whose. */
static __noinline int record_level(struct kvm_vcpu *vcpu, struct np_tape *t, __u64 word)
{
	__u32 level = level_of(vcpu);

	if (level == NP_LEVEL_L1)
		t->in_l1 = in_l1(t);
	else if (level == NP_LEVEL_L2)
		level = begin_trip(t);
	word &= ~(__u64)(NP_LEVEL_L1 << NP_EVENT_LEVEL_SHIFT);
	return record(t, word | level << NP_EVENT_LEVEL_SHIFT);
}

/* An entry that is to be recorded. Out of the way of all the others. */
static __noinline int hold_level(struct kvm_vcpu *vcpu, struct np_tape *t, __u64 word)
{
	__u32 level = t->in_l1 ? NP_LEVEL_L1 : level_of(vcpu);

	t->in_l1 = level == NP_LEVEL_L1 ? in_l1(t) : NP_NOT_CERTAIN;
	word |= level << NP_EVENT_LEVEL_SHIFT;
	return t->held ? record(t, word) : hold(t, word);
}

static __always_inline int record_of(struct kvm_vcpu *vcpu, struct np_tape *t, __u64 word)
{
	if (!is_easy(t))
		return record_level(vcpu, t, word);
	return record_now(t, word);
}

/* ... and whatever else there is to do at an exit: nothing, nearly always. */
static __always_inline int record_exit(struct kvm_vcpu *vcpu, struct np_tape *t, __u32 reason,
				       __u64 word)
{
	reason &= BASIC_EXIT_REASON;
	if (!records_fields || !is_access(reason))
		return record_of(vcpu, t, word);
	record_of(vcpu, t, word);
	return access_begins(vcpu, t, reason);
}

/* As of L1, until it turns out that it is not. */
static __always_inline __u64 exit_word(__u32 reason)
{
	reason &= BASIC_EXIT_REASON;
	if (reason > NP_EVENT_REASON_MAX)
		reason = NP_EVENT_REASON_MAX;
	return np_event_word(NP_EVENT_EXIT, NP_LEVEL_L1, reason, 0);
}

/* A vCPU without a seat, or one that nobody wants. */
static __noinline int record_without_seat(struct kvm_vcpu *vcpu, __u32 reason)
{
	struct np_tape *t = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	return t ? record_exit(vcpu, t, reason, exit_word(reason)) : 0;
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
	return record_exit(vcpu, vcpu_at(seat->at), reason, exit_word(reason));
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

	if (!vcpu || is_unwanted_at(seat, vcpu))
		return 0;
	reason = cast_int(reason_address((__u64)vcpu));
	if (seat->key != (__u64)vcpu)
		return record_without_seat(vcpu, reason);
	return record_exit(vcpu, vcpu_at(seat->at), reason, exit_word(reason));
}

SEC("?tp_btf/kvm_exit")
int BPF_PROG(exit_kptr, struct kvm_vcpu *vcpu)
{
	__u32 hash = hash_of((__u64)vcpu);
	struct np_seat *seat = seat_at(hash);
	struct vcpu_vmx *vmx;
	__u32 reason;

	if (is_unwanted_at(seat, vcpu))
		return 0;
	vmx = seat->key == (__u64)vcpu ? typed_vcpu(hash) : NULL;
	if (!vmx)
		return on_exit_by_read(vcpu);
	reason = reason_by_kptr(vmx);
	return record_exit(vcpu, vcpu_at(seat->at), reason, exit_word(reason));
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
static __always_inline int record_turn(struct np_tape *t, __u32 type, __u32 reason, bool to_l1)
{
	if (!t)
		return 0;
	t->in_l1 = to_l1 ? in_l1(t) : NP_NOT_CERTAIN;
	return record(t, np_event_word(type, NP_LEVEL_UNKNOWN, reason, 0));
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(inject, __u32 reason)
{
	reason &= BASIC_EXIT_REASON;
	if (reason > NP_EVENT_REASON_MAX)
		reason = NP_EVENT_REASON_MAX;
	return record_turn(find_current_vcpu(), NP_EVENT_INJECT, reason, true);
}

SEC("?tp_btf/kvm_nested_vmenter")
int BPF_PROG(vmenter)
{
	struct np_tape *t = find_current_vcpu();

	if (t)
		t->entered = 1;
	return record_turn(t, NP_EVENT_VMENTER, 0, false);
}

/* Where that tracepoint is SVM's alone. */
SEC("?fentry/nested_vmx_enter_non_root_mode")
int BPF_PROG(vmenter_function, struct kvm_vcpu *vcpu)
{
	return vcpu ? record_turn(find_vcpu((__u64)vcpu), NP_EVENT_VMENTER, 0, false) : 0;
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
