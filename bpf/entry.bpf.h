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

/* See bpf/unusual.bpf.h. */
#define ENTRY_FUNCTION(name, way)                                                                  \
	__noinline int name(__u32 slot)                                                            \
	{                                                                                          \
		struct np_vcpu *v = vcpu_of(slot);                                                 \
                                                                                                   \
		return on_any_entry((void *)v->key, v, way);                                       \
	}

ENTRY_FUNCTION(entry_of, BY_KEY)

static __noinline int entry_without_seat(struct kvm_vcpu *vcpu)
{
	struct np_vcpu *v = vcpu ? find_vcpu((__u64)vcpu) : NULL;

	return v ? entry_of(v->shared_row) : 0;
}

/* Where nothing is known of who is entered, or somebody waits for L1 to be. */
static __noinline int entry_while_phasing(struct kvm_vcpu *vcpu)
{
	struct np_seat *seat = seat_of((__u64)vcpu);
	struct np_vcpu *v;

	if (seat->key != (__u64)vcpu)
		return is_unwanted((__u64)vcpu) ? 0 : entry_without_seat(vcpu);
	v = vcpu_at(seat->at);
	return np_fsm_l1_entry(NULL, v) ? 0 : entry_of(v->shared_row);
}

static __noinline int entry_of_l2(struct kvm_vcpu *vcpu)
{
	struct np_seat *seat = seat_of((__u64)vcpu);
	struct np_vcpu *v;

	if (seat->key != (__u64)vcpu)
		return is_unwanted((__u64)vcpu) ? 0 : entry_without_seat(vcpu);
	v = vcpu_at(seat->at);
	if (np_fsm_usual_l2_entry(NULL, v))
		return 0;
	return entry_of(v->shared_row);
}

/*
 * kvm_entry may have more arguments: only the first is of interest. Entries into L1 are
 * good for phases alone, so that hardly any are looked at: its exits will tell.
 */
SEC("?tp_btf/kvm_entry")
int BPF_PROG(entry_timed, struct kvm_vcpu *vcpu)
{
	if (!vcpu)
		return 0;
	if (!in_l2_at_once(vcpu, BY_CAST))
		return phasing ? entry_while_phasing(vcpu) : 0;
	return entry_of_l2(vcpu);
}

/* Where it takes more to know who is entered, or L1's exits do not tell all. */
SEC("?tp_btf/kvm_entry")
int BPF_PROG(any_entry_timed, struct kvm_vcpu *vcpu)
{
	return entry_while_phasing(vcpu);
}

#endif
