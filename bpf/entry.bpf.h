/* SPDX-License-Identifier: GPL-2.0-only */
/* kvm_entry: the times of entries, and what is inferred from one of L2. */
#ifndef NESTPROF_ENTRY_BPF_H
#define NESTPROF_ENTRY_BPF_H

#include "bpf/infer.bpf.h"

static __always_inline int on_any_entry(void *vcpu, struct np_vcpu *v, enum way way)
{
	__u32 level = level_by(vcpu, way);

	/* What L1 is given is known at its exit, and that is early enough but for this. */
	if (infers && (level == NP_LEVEL_L2 || v->odd & NP_ODD_HALTED))
		infer(vcpu, v, level, way, TIMED);
	np_fsm_entry(NULL, v, level);
	return 0;
}

static __noinline int entry_unusual(struct kvm_vcpu *vcpu, struct np_vcpu *v)
{
	return vcpu ? on_any_entry(vcpu, v, BY_READ) : 0;
}

static __noinline int entry_of_l2(struct kvm_vcpu *vcpu, struct np_vcpu *v)
{
	if (v->level == NP_LEVEL_L1 && np_fsm_usual_l2_entry(NULL, v))
		return 0;
	return entry_unusual(vcpu, v);
}

/* Calls nothing but in its last step, so that it keeps nothing for later. */
static __noinline int entry_otherwise(struct kvm_vcpu *vcpu, struct np_vcpu *v)
{
	__u32 level;

	if (!vcpu || !infers)
		return entry_unusual(vcpu, v);
	level = level_at_once(vcpu, BY_CAST);
	if (level == NP_LEVEL_L2)
		return entry_of_l2(vcpu, v);
	if (level == NP_LEVEL_L1 && !v->clock.phased && !v->odd)
		return 0; /* and L1's exit will tell */
	return entry_unusual(vcpu, v);
}

static __noinline int entry_without_seat(struct kvm_vcpu *vcpu)
{
	struct np_vcpu *v = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	return v ? entry_unusual(vcpu, v) : 0;
}

/* kvm_entry may have more arguments: only the first is of interest. */
SEC("?tp_btf/kvm_entry")
int BPF_PROG(entry_timed, struct kvm_vcpu *vcpu)
{
	struct np_seat *seat = seat_of((__u64)vcpu);
	struct np_vcpu *v;

	if (seat->key != (__u64)vcpu) {
		if (seat->key - NP_UNWANTED == (__u64)vcpu)
			return 0;
		return entry_without_seat(vcpu);
	}
	v = vcpu_at(seat->at);
	if (np_fsm_l1_entry(NULL, v))
		return 0;
	return entry_otherwise(vcpu, v);
}

#endif
