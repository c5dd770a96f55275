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

#include "bpf/fields.h"
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
	if (v->odd & NP_ODD_HALTED)
		np_phasing_add(NULL, -1);
	np_fsm_gap(NULL, v);
}

#include "bpf/slots.bpf.h"
#include "bpf/reason.bpf.h"

static __always_inline struct np_access_state *access_of(struct np_vcpu *v)
{
	return &v->access;
}

static __always_inline __u32 number_of(const struct np_vcpu *v)
{
	return v->shared_row;
}

static __always_inline bool runs_l1(const struct np_vcpu *v)
{
	return v->level == NP_LEVEL_L1;
}

static __always_inline __u32 handled_by(const struct np_vcpu *v)
{
	return v->handling;
}

static __always_inline int was_access(struct np_vcpu *v, struct np_access_row *row, __u32 index)
{
	(void)index;
	if (!row) {
		v->access.full++;
		return 0;
	}
	if (v->access.began) {
		row->ns += bpf_ktime_get_ns() - v->access.began;
		row->timed++;
	}
	row->count++;
	return 0;
}

#include "bpf/fields.bpf.h"

/* At a vCPU's first exit: in time for the hook on entries to stay. */
static __always_inline void see_others(struct kvm_vcpu *vcpu)
{
	if (rip_is_known(vcpu))
		fields_talk.overtaken = 1;
}

/* kvm_exit, before the state machine sees it: the access ended without entry_access. */
static __noinline int access_ended(struct kvm_vcpu *vcpu, SLOT *v)
{
	access_of(v)->began = 0;
	if (!vcpu)
		return 0;
	if (rip_is_known(vcpu)) {
		fields_talk.overtaken = 1;
		return count_unknown(v, NP_UNKNOWN_START, 0);
	}
	if (vcpu->arch.exception.injected)
		return count_unknown(v, NP_UNKNOWN_FAULTED, 0);
	return access_done(vcpu, v);
}

#define RARELY(function)                                                                           \
	__noinline int function##_of(__u32 slot)                                                   \
	{                                                                                          \
		return function(NULL, vcpu_of(slot));                                              \
	}

RARELY(np_abandon_handling)
RARELY(np_finish_unusual)
RARELY(np_spill_log)

char LICENSE[] SEC("license") = "GPL";

#define TIMED true
#define UNTIMED false

#define ACCESSES true
#define NO_ACCESSES false

#include "bpf/unusual.bpf.h"

/*
 * A vCPU without a seat, or one of which the program cannot know the type, as it never does
 * of one that enters no L2. `reason` is 0 where it is to be read.
 */
static __always_inline int on_exit_without_seat(struct kvm_vcpu *vcpu, __u32 reason, bool timed,
						bool accesses)
{
	struct np_vcpu *v = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	if (!v)
		return 0;
	if (accesses)
		see_others(vcpu);
	if (accesses && v->access.reason)
		access_ended(vcpu, v);
	reason = index_of(reason ? reason : reason_by_read(vcpu));
	if (level_of(vcpu) != NP_LEVEL_L1 || !np_fsm_outside_exit(v, reason))
		on_unusual_exit(v, reason, timed);
	return accesses && is_access(reason) ? access_begins(vcpu, v, reason) : 0;
}

const volatile bool counts_paths;

/* A check on kvm_exit, and who takes the slow path, for who wants it. */
static __always_inline int check_exit(struct np_vcpu *v)
{
	if (v && counts_paths)
		np_fsm_slow_path(NULL, v);
	if (v)
		np_fsm_nested_vmexit(v);
	return 0;
}

#include "bpf/nested_raw.bpf.h"
#include "bpf/syncs.bpf.h"

/*
 * What most exits take; false: it is none of these. It calls nothing but in its last
 * step, so that it keeps little for later.
 */
static __always_inline bool on_usual_exit(void *from, struct np_vcpu *v, __u32 reason,
					  enum way way, bool timed)
{
	if (np_fsm_l1_exit(NULL, v, reason, timed))
		return true;
	if (reason >= NP_REASON_OTHER || way == BY_READ || !from) /* newer verifiers ask for it */
		return false;
	if (in_l2_at_once(from, way))
		return infer_usual_l2_exit(v, reason, timed);
	return infer_usual_l1_exit(from, v, reason, way, timed) ||
	       np_fsm_outside_exit(v, reason);
}

/*
 * A program for each way to know the exit reason, without the time and with it: up
 * to 5.15 it is an argument. `look` may end it, too. With `accesses` what L1 accesses
 * in its VMCS is looked at as well.
 */
#define EXIT_PROGRAM(name, arguments, argument, look, found, read_reason, way, timed, accesses)    \
	static __noinline int name##_without_seat(struct kvm_vcpu *vcpu, __u32 reason)             \
	{                                                                                          \
		return on_exit_without_seat(vcpu, reason, timed, accesses);                        \
	}                                                                                          \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, arguments)                                                              \
	{                                                                                          \
		__u32 hash = hash_of((__u64)vcpu), reason;                                         \
		struct np_seat *seat = seat_at(hash);                                              \
		struct np_vcpu *v;                                                                 \
                                                                                                   \
		if (seat->key != (__u64)vcpu) {                                                    \
			if (seat->key - NP_UNWANTED == (__u64)vcpu)                                \
				return 0;                                                          \
			return name##_without_seat(vcpu, argument);                                \
		}                                                                                  \
		v = vcpu_at(seat->at);                                                             \
		if ((accesses) && v->access.reason)                                                \
			access_ended(vcpu, v);                                                     \
		look;                                                                              \
		reason = read_reason;                                                              \
		if (!on_usual_exit(found, v, reason, way, timed))                                  \
			on_unusual_exit(v, index_of(reason), timed);                               \
		if (accesses && is_access(index_of(reason)))                                       \
			access_begins(vcpu, v, index_of(reason));                                  \
		return 0;                                                                          \
	}

#define LOOK_NO_FURTHER
#define LOOK_FOR_TYPE TYPED_VCPU(vmx, hash)

#define ARGUMENTS __u32 given, struct kvm_vcpu *vcpu
#define EXIT_BY_CAST(name, timed, accesses)                                                        \
	EXIT_PROGRAM(name, struct kvm_vcpu *vcpu, 0, LOOK_NO_FURTHER, vcpu,                        \
		     cast_int(reason_address(seat->key)), BY_CAST, timed, accesses)
#define EXIT_BY_KPTR(name, timed, accesses)                                                        \
	EXIT_PROGRAM(name, struct kvm_vcpu *vcpu, 0, LOOK_FOR_TYPE, vmx, reason_by_kptr(vmx),      \
		     BY_KPTR, timed, accesses)
#define EXIT_BY_READ(name, timed, accesses)                                                        \
	EXIT_PROGRAM(name, struct kvm_vcpu *vcpu, 0, LOOK_NO_FURTHER, vcpu, reason_by_read(vcpu),  \
		     BY_READ, timed, accesses)
#define EXIT_WITH_REASON(name, timed)                                                              \
	EXIT_PROGRAM(name, ARGUMENTS, given, LOOK_NO_FURTHER, vcpu, given, BY_READ, timed,         \
		     NO_ACCESSES)

EXIT_BY_CAST(exit_cast, UNTIMED, NO_ACCESSES)
EXIT_BY_CAST(exit_cast_timed, TIMED, NO_ACCESSES)
EXIT_BY_CAST(exit_cast_accesses, UNTIMED, ACCESSES)
EXIT_BY_KPTR(exit_kptr, UNTIMED, NO_ACCESSES)
EXIT_BY_KPTR(exit_kptr_timed, TIMED, NO_ACCESSES)
EXIT_BY_KPTR(exit_kptr_accesses, UNTIMED, ACCESSES)
EXIT_BY_READ(exit_read, UNTIMED, NO_ACCESSES)
EXIT_BY_READ(exit_read_timed, TIMED, NO_ACCESSES)
EXIT_BY_READ(exit_read_accesses, UNTIMED, ACCESSES)
EXIT_WITH_REASON(exit_with_reason, UNTIMED)
EXIT_WITH_REASON(exit_with_reason_timed, TIMED)

#include "bpf/entry.bpf.h"

static __always_inline int on_nested_vmexit(struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return check_exit(find_vcpu((__u64)vcpu));
}

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

/* Where only the time of an event is of interest, and to no vCPU just now. */
#define ONLY_WHILE_PHASING()                                                                       \
	do {                                                                                       \
		if (!phasing)                                                                      \
			return 0;                                                                  \
	} while (0)

static __always_inline int on_vmenter(struct np_vcpu *v, bool timed)
{
	if (v && timed && infers)
		np_fsm_vmenter_time(NULL, v);
	else if (v)
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
	ONLY_WHILE_PHASING();
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
	ONLY_WHILE_PHASING();
	ONLY_WANTED_VCPU(vcpu);
	return on_vmenter(find_vcpu((__u64)vcpu), TIMED);
}

/* L2 may be entered and not run: L1 can have it begin with waiting for an interrupt. */
static __always_inline int on_halt(__u64 vcpu)
{
	struct np_vcpu *v = find_vcpu(vcpu);

	if (!v || !(v->logged & NP_LOG_ENTERING) || v->odd & NP_ODD_HALTED)
		return 0;
	v->odd |= NP_ODD_HALTED;
	np_phasing_add(NULL, 1); /* the next entry is of interest, even into L1 */
	return 0;
}

SEC("?fentry/kvm_emulate_halt_noskip")
int BPF_PROG(halt, struct kvm_vcpu *vcpu)
{
	ONLY_WANTED_VCPU(vcpu);
	return on_halt((__u64)vcpu);
}

#include "bpf/lifetime.bpf.h"
#include "bpf/nested_at.bpf.h"
#include "bpf/svm.bpf.h"
