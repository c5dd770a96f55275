/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks cost even where they only confirm what the next exit tells anyway:
 *
 * - L2 exits, and L1 did before: L1 has entered L2 (kvm_nested_vmenter).
 * - L1 exits, and L2 did before: L0 has given L1 an exit (kvm_nested_vmexit_inject),
 *   whose reason vmcs12 still has, or the VMCB that L2 ran with.
 * - L1 exits, and did before in order to enter L2: the entry failed, which vmcs12
 *   says; or L1 had L2 begin halted, and an event for L1 came before it ever ran;
 *   or the instruction itself failed, and there was no entry.
 *
 * So the state machine is told of these events when the exit comes, and it is the
 * same to it. Where kvm_nested_vmenter is hooked for the time, it came before.
 */
#ifndef NESTPROF_INFER_BPF_H
#define NESTPROF_INFER_BPF_H

const volatile bool infers; /* what L1 was given can be read; else it is hooked */

#include "bpf/failures.bpf.h"
#include "bpf/way.bpf.h"

/* L1 runs, and L2 did, or should have. */
static __always_inline void infer_from_l1(struct np_vcpu *v, __u32 given, bool timed)
{
	if (given == NOTHING_GIVEN)
		return;
	if (v->level == NP_LEVEL_L1) {
		if (!(given & FAILED_ENTRY) && !(v->odd & NP_ODD_HALTED))
			return;
		np_fsm_vmenter(NULL, v, UNTIMED);
	}
	if (v->open != NP_REASON_NONE || !(given & FAILED_ENTRY))
		np_fsm_inject(NULL, v, given & BASIC_EXIT_REASON, timed);
}

static __always_inline void infer(void *vcpu, struct np_vcpu *v, __u32 level, enum way way,
				  bool timed)
{
	bool halted = v->odd & NP_ODD_HALTED;
	__u32 given;

	if (level == NP_LEVEL_L2 && v->level == NP_LEVEL_L1)
		np_fsm_vmenter(NULL, v, UNTIMED); /* its own hook took the time */
	else if (level == NP_LEVEL_L1 &&
		 (v->level == NP_LEVEL_L2 || v->logged & NP_LOG_ENTERING)) {
		given = given_to_l1(vcpu, way);
		if (v->level == NP_LEVEL_L1 && given != NOTHING_GIVEN)
			given = entry_did_not(v, given);
		infer_from_l1(v, given, timed);
	}
	v->odd &= ~NP_ODD_HALTED;
	if (halted)
		np_phasing_add(NULL, -1);
}

/*
 * Whether L2 runs, where that takes no call of a helper. Any kernel that these ways are
 * for has the field: nobody asks here.
 */
static __always_inline bool in_l2_at_once(void *vcpu, enum way way)
{
	if (way == SVM_BY_KPTR)
		return ((struct vcpu_svm *)vcpu)->vcpu.stat.guest_mode;
	if (way == BY_KPTR) /* as one field: &vmx->vcpu would be computed */
		return ((struct vcpu_vmx *)vcpu)->vcpu.stat.guest_mode;
	return ((struct kvm_vcpu *)vcpu)->stat.guest_mode;
}

/* kvm_exit of L2, where all is as it nearly always is. */
static __always_inline bool infer_usual_l2_exit(struct np_vcpu *v, __u32 reason, bool timed)
{
	return timed ? np_fsm_next_l2_exit(NULL, v, reason) : np_fsm_usual_l2_exit(NULL, v, reason);
}

/* L1's first after it. */
static __always_inline bool infer_usual_l1_exit(void *vcpu, struct np_vcpu *v, __u32 reason,
						enum way way, bool timed)
{
	return np_fsm_usual_l1_exit(NULL, v, given_to_l1(vcpu, way), reason, timed);
}

#endif
