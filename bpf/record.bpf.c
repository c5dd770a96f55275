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

/* Of how many vCPUs entries into L1 are of interest just now. */
__u32 detailing;

static __always_inline void np_detailing_add(int n)
{
	__sync_fetch_and_add(&detailing, n);
}

static __always_inline void begin_slot(struct np_tape *t, __u32 slot)
{
	t->slot = slot;
	np_detailing_add(1); /* its first round trip will tell */
}

/* User space reads it to its end. */
static __always_inline void end_slot(struct np_tape *t)
{
	np_detailing_add(-!t->brief - t->halts);
}

#include "bpf/slots.bpf.h"
#include "bpf/reason.bpf.h"
#include "bpf/record_level.bpf.h"
#include "bpf/record_fields.bpf.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline bool is_brief(const struct np_tape *t)
{
	return t->in_l1 == NP_IN_L1_BRIEFLY && !np_tape_is_full(t->at);
}

static __always_inline int record_briefly(struct np_tape *t, __u64 word)
{
	np_tape_write_alone(NULL, t, word); /* entries into L1 are not held */
	return follow_l1(t, word);
}

/*
 * An exit. Nearly all are L1's for certain, so nobody has to be asked, in a round trip
 * that is told briefly, and its chunk has room. What is otherwise is done by functions.
 * `from` is what `way` begins at.
 */
static __always_inline int record_exit(void *from, enum way way, struct np_tape *t, __u32 reason)
{
	__u64 word = exit_word(reason);

	if (is_brief(t))
		return record_briefly(t, word);
	if (way == BY_CAST)
		return record_level_cast(from, t, word);
	return way == BY_KPTR ? record_level_kptr(from, t, word) : record_level(from, t, word);
}

static __always_inline int access_of_exit(struct kvm_vcpu *vcpu, struct np_tape *t, __u32 reason)
{
	reason &= BASIC_EXIT_REASON;
	return is_access(reason) ? access_begins(vcpu, t, reason) : 0;
}

static __always_inline bool is_unwanted_at(const struct np_seat *seat, struct kvm_vcpu *vcpu)
{
	return seat->key - NP_UNWANTED == (__u64)vcpu;
}

/*
 * kvm_exit has had two prototypes, and there are several ways to the reason. Each is a
 * program, and another that looks at accesses to the VMCS as well. `look` may end it.
 */
#define EXIT_PROGRAM(name, arguments, argument, look, found, read_reason, way, accesses)           \
	static __noinline int name##_without_seat(struct kvm_vcpu *vcpu, __u32 reason)             \
	{                                                                                          \
		struct np_tape *t = vcpu ? find_vcpu((__u64)vcpu) : NULL;                          \
                                                                                                   \
		if (!t)                                                                            \
			return 0;                                                                  \
		reason = reason ? reason : reason_by_read(vcpu);                                   \
		record_exit(vcpu, BY_READ, t, reason);                                             \
		return accesses ? access_of_exit(vcpu, t, reason) : 0;                             \
	}                                                                                          \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, arguments)                                                              \
	{                                                                                          \
		__u32 hash = hash_of((__u64)vcpu), reason;                                         \
		struct np_seat *seat = seat_at(hash);                                              \
		struct np_tape *t;                                                                 \
                                                                                                   \
		if (seat->key != (__u64)vcpu) {                                                    \
			if (is_unwanted_at(seat, vcpu))                                            \
				return 0;                                                          \
			return name##_without_seat(vcpu, argument);                                \
		}                                                                                  \
		t = vcpu_at(seat->at);                                                             \
		look;                                                                              \
		reason = read_reason;                                                              \
		record_exit(found, way, t, reason);                                                \
		return accesses ? access_of_exit(vcpu, t, reason) : 0;                             \
	}

#define LOOK_NO_FURTHER
#define LOOK_FOR_TYPE TYPED_VCPU(vmx, hash)

#define ARGUMENTS __u32 given, struct kvm_vcpu *vcpu
#define EXIT_BY_CAST(name, accesses)                                                               \
	EXIT_PROGRAM(name, struct kvm_vcpu *vcpu, 0, LOOK_NO_FURTHER, vcpu,                        \
		     cast_int(reason_address(seat->key)), BY_CAST, accesses)
#define EXIT_BY_KPTR(name, accesses)                                                               \
	EXIT_PROGRAM(name, struct kvm_vcpu *vcpu, 0, LOOK_FOR_TYPE, vmx, reason_by_kptr(vmx),      \
		     BY_KPTR, accesses)
#define EXIT_BY_READ(name, accesses)                                                               \
	EXIT_PROGRAM(name, struct kvm_vcpu *vcpu, 0, LOOK_NO_FURTHER, vcpu, reason_by_read(vcpu),  \
		     BY_READ, accesses)
#define EXIT_WITH_REASON(name)                                                                     \
	EXIT_PROGRAM(name, ARGUMENTS, given, LOOK_NO_FURTHER, vcpu, given, BY_READ, false)

EXIT_BY_CAST(exit_cast, false)
EXIT_BY_CAST(exit_cast_accesses, true)
EXIT_BY_KPTR(exit_kptr, false)
EXIT_BY_KPTR(exit_kptr_accesses, true)
EXIT_BY_READ(exit_read, false)
EXIT_BY_READ(exit_read_accesses, true)
EXIT_WITH_REASON(exit_with_reason)

/* An entry that may be of interest. */
static __always_inline int on_entry_by(void *vcpu, enum way way)
{
	struct np_tape *t = find_vcpu((__u64)vcpu);

	if (!t || t->in_l1 == NP_IN_L1_BRIEFLY)
		return 0;
	return hold_level_by(vcpu, way, t, np_event_word(NP_EVENT_ENTRY, 0, 0, 0));
}

static __noinline int on_entry(struct kvm_vcpu *vcpu)
{
	return vcpu ? on_entry_by(vcpu, BY_READ) : 0;
}

static __always_inline bool is_of_interest(const struct kvm_vcpu *vcpu)
{
	return vcpu && (vcpu->stat.guest_mode || detailing);
}

SEC("?tp_btf/kvm_entry")
int BPF_PROG(entry, struct kvm_vcpu *vcpu)
{
	return is_of_interest(vcpu) ? on_entry(vcpu) : 0;
}

/* Where struct kvm_vcpu does not tell. */
SEC("?tp_btf/kvm_entry")
int BPF_PROG(any_entry, struct kvm_vcpu *vcpu)
{
	return on_entry(vcpu);
}

/* Events that do not name their vCPU. Who runs from now on is certain. */
static __always_inline int on_inject(struct np_tape *t, __u32 reason)
{
	if (!t)
		return 0;
	t->in_l1 = in_l1(t);
	return record(t, inject_word(reason));
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(inject, __u32 reason)
{
	return on_inject(find_current_vcpu(), reason);
}

/* Where its time is not asked for, or it is not hooked, the next event tells of it. */
static __always_inline int on_vmenter(struct np_tape *t)
{
	if (!t)
		return 0;
	l1_enters(t);
	if (t->brief)
		return 0;
	t->unsaid = 0;
	t->timed = 1;
	return record(t, VMENTER_WORD(0));
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
static __always_inline int on_halt(__u64 vcpu)
{
	struct np_tape *t = find_vcpu(vcpu);

	if (!t || t->from != NP_FROM_ENTRY)
		return 0;
	t->from = NP_FROM_HALTED_ENTRY;
	if (!t->halts)
		np_detailing_add(1);
	t->halts = 1;
	return 0;
}

SEC("?fentry/kvm_emulate_halt_noskip")
int BPF_PROG(halt, struct kvm_vcpu *vcpu)
{
	return vcpu ? on_halt((__u64)vcpu) : 0;
}

/* (const char *msg, u32 err), as for bpf/failures.bpf.h. */
SEC("?raw_tp/kvm_nested_vmenter_failed")
int entry_failed(struct bpf_raw_tracepoint_args *ctx)
{
	struct np_tape *t = find_current_vcpu_unchecked();

	if (!t || t->from < NP_FROM_ENTRY)
		return 0;
	t->refused = refuses_by_exit(t->key, ctx->args[1]) ? NP_REFUSED_BY_EXIT
							    : NP_REFUSED_AT_ONCE;
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
	keep_type(typed_vcpu, vmx);
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
#include "bpf/record_at.bpf.h"
