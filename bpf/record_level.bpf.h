/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose an exit or entry is, where that is not certain; and what it tells, besides, of
 * events before it that were not recorded, for their hooks cost as much as it does.
 */
#ifndef NESTPROF_RECORD_LEVEL_BPF_H
#define NESTPROF_RECORD_LEVEL_BPF_H

#include "bpf/way.bpf.h"

/* Of so many exits of L2, one has all entries until the next recorded. */
const volatile __u32 phases_every = 1;

/* vmcs12 can be read, so that L1's next exit tells what it was given; else that is hooked. */
const volatile bool infers;

static __always_inline __u8 in_l1(const struct np_tape *t)
{
	return t->brief ? NP_IN_L1_BRIEFLY : NP_IN_L1;
}

static __always_inline void set_brief(struct np_tape *t, bool brief)
{
	if (t->brief != brief)
		np_detailing_add(brief ? -1 : 1);
	t->brief = brief;
}

/* An exit of L2: whether it is followed closely. Returns its level. */
static __always_inline __u32 begin_trip(struct np_tape *t)
{
	t->entered = 1;
	t->in_l1 = NP_NOT_CERTAIN;
	t->from = NP_FROM_L2;
	if (t->until_detailed) {
		t->until_detailed--;
		set_brief(t, true);
		return NP_LEVEL_L2;
	}
	t->until_detailed = phases_every - 1;
	set_brief(t, false);
	return NP_EVENT_DETAILED;
}

static __always_inline __u32 event_reason(__u32 reason)
{
	reason &= BASIC_EXIT_REASON;
	return reason > NP_EVENT_REASON_MAX ? NP_EVENT_REASON_MAX : reason;
}

#define VMENTER_WORD(when) np_event_word(NP_EVENT_VMENTER, NP_LEVEL_UNKNOWN, when, 0)
#define VMENTER_BEFORE VMENTER_WORD(NP_VMENTER_TOLD_LATE)

static __always_inline __u64 inject_word(__u32 reason)
{
	return np_event_word(NP_EVENT_INJECT, NP_LEVEL_UNKNOWN, event_reason(reason), 0);
}

/*
 * Whether an entry that L2 did not exit after was one, by what vmcs12 has of it. It can
 * have an older failure, but who says why it refuses an entry says which kind that is.
 */
static __always_inline bool entry_exits(struct np_tape *t, __u32 given)
{
	__u8 refused = t->refused;

	t->refused = NP_NOT_REFUSED;
	return refused ? refused == NP_REFUSED_BY_EXIT : given & FAILED_ENTRY;
}

/*
 * What kvm_nested_vmexit_inject would have told, as bpf/infer.bpf.h does; 0: nothing.
 * An entry that L2 did not exit after has failed, unless L2 was to begin halted.
 */
static __always_inline __u64 given_word(struct np_tape *t, void *from, enum way way)
{
	__u8 came_from = t->from;
	__u32 given;

	t->from = NP_FROM_L1;
	if (!infers || came_from == NP_FROM_L1)
		return 0;
	given = given_to_l1(from, way);
	if (came_from != NP_FROM_L2 && given != NOTHING_GIVEN && entry_exits(t, given))
		return 0;
	if (came_from == NP_FROM_ENTRY || given == NOTHING_GIVEN) {
		t->unsaid = 0; /* there was no entry: VMRESUME itself failed */
		return 0;
	}
	return inject_word(given);
}

static __noinline int record_alone(struct np_tape *t, __u64 word)
{
	return record(t, word);
}

/* A word that is whole, and has no time in it. */
static __noinline int record_as_it_is(struct np_tape *t, __u64 word)
{
	if (!np_tape_is_full(t->at) || np_tape_turn(NULL, t))
		np_tape_write(NULL, t, word);
	return 0;
}

/* Two events of the same time. They go into one pair if they can. */
static __always_inline int record_both(struct np_tape *t, __u64 first, __u64 word)
{
	__u64 ns;

	if (np_tape_is_full(t->at) || t->held) {
		record_alone(t, first);
		return record(t, word);
	}
	ns = bpf_ktime_get_ns() << NP_EVENT_NS_SHIFT;
	np_publish(t->held, first | ns);
	np_tape_write(NULL, t, word | ns);
	return 0;
}

/* What was not recorded when it happened comes before the event that tells of it. */
static __always_inline int record_after(struct np_tape *t, __u64 before, __u64 word)
{
	if (t->unsaid) {
		t->unsaid = 0;
		if (before)
			record_alone(t, VMENTER_BEFORE);
		else
			before = VMENTER_BEFORE;
	}
	return before ? record_both(t, before, word) : record(t, word);
}

/* The same where nobody asks when. */
static __always_inline int record_untimed(struct np_tape *t, __u64 before, __u64 word)
{
	if (!before)
		return record_as_it_is(t, word);
	if (np_tape_is_full(t->at) || t->held) {
		record_as_it_is(t, before);
		return record_as_it_is(t, word);
	}
	np_tape_write_both(NULL, t, before, word);
	return 0;
}

/* As of L1, until it turns out that it is not. */
static __always_inline __u64 exit_word(__u32 reason)
{
	return np_event_word(NP_EVENT_EXIT, NP_LEVEL_L1, event_reason(reason), 0);
}

/* If L1 exited in order to enter L2, whoever comes next tells whether it did. */
static __always_inline void l1_enters(struct np_tape *t)
{
	t->in_l1 = NP_NOT_CERTAIN;
	t->from = NP_FROM_ENTRY;
	t->unsaid = 1;
}

static __always_inline int follow_l1(struct np_tape *t, __u64 word)
{
	if ((word == exit_word(NP_VMX_VMRESUME) || word == exit_word(NP_VMX_VMLAUNCH)) && infers)
		l1_enters(t);
	return 0;
}

static __always_inline int record_of_l1(void *from, enum way way, struct np_tape *t, __u64 word)
{
	/* When an entry ends that L2 did not exit after, a round trip ends as well. */
	bool untimed = t->brief && t->from <= NP_FROM_L2 && !t->unsaid;
	__u64 before = given_word(t, from, way);

	t->in_l1 = in_l1(t);
	if (untimed)
		record_untimed(t, before, word);
	else
		record_after(t, before, word);
	return follow_l1(t, word);
}

/* An exit, and it is not certain whose. `from` is what `way` begins at. */
static __always_inline int record_level_by(void *from, enum way way, struct np_tape *t,
					   __u64 word)
{
	__u32 level = level_by(from, way);

	if (level == NP_LEVEL_L1)
		return record_of_l1(from, way, t, word);
	if (level == NP_LEVEL_L2)
		level = begin_trip(t);
	word &= ~(__u64)(NP_LEVEL_L1 << NP_EVENT_LEVEL_SHIFT);
	return record_after(t, 0, word | level << NP_EVENT_LEVEL_SHIFT);
}

/* An exit that is not one of most: these are L1's, and briefly told. */
static __always_inline int record_other(void *from, enum way way, struct np_tape *t, __u64 word)
{
	if (!t->in_l1)
		return record_level_by(from, way, t, word);
	if (t->in_l1 == NP_IN_L1)
		record(t, word);
	else
		record_as_it_is(t, word);
	return follow_l1(t, word);
}

static __noinline int record_level(struct kvm_vcpu *vcpu, struct np_tape *t, __u64 word)
{
	return vcpu ? record_other(vcpu, BY_READ, t, word) : 0;
}

static __noinline int record_level_cast(struct kvm_vcpu *vcpu, struct np_tape *t, __u64 word)
{
	return vcpu ? record_other(vcpu, BY_CAST, t, word) : 0;
}

static __noinline int record_level_kptr(struct vcpu_vmx *vmx, struct np_tape *t, __u64 word)
{
	return record_other(vmx, BY_KPTR, t, word);
}

/* L1 is given an exit before L2 ever ran: told as early as can be. */
static __always_inline int record_given(void *from, enum way way, struct np_tape *t)
{
	__u64 given = given_word(t, from, way);

	return given ? record_after(t, 0, given) : 0;
}

/* An entry that is to be recorded. */
static __always_inline int hold_level_by(void *from, enum way way, struct np_tape *t, __u64 word)
{
	__u32 level = t->in_l1 ? NP_LEVEL_L1 : level_by(from, way);

	if (level == NP_LEVEL_L1) {
		if (t->from == NP_FROM_HALTED_ENTRY)
			record_given(from, way, t);
		if (t->brief)
			return 0;
	} else if (t->unsaid) {
		t->unsaid = 0;
		word |= NP_ENTRY_ENTERS << NP_EVENT_REASON_SHIFT;
	}
	word |= level << NP_EVENT_LEVEL_SHIFT;
	return t->held ? record(t, word) : hold(t, word);
}

#endif
