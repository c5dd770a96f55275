/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One vCPU's events: who ran when it exited, and who will run. Pure: an event comes in, and
 * what it means is told behind what was told of the vCPU before.
 */
#ifndef NESTPROF_IMPORT_WHOSE_H
#define NESTPROF_IMPORT_WHOSE_H

#include "analysis/import/vcpus.h"
#include "bpf/svm_exits.h"

/* As many are told of at once, where it is fuzzed fewer; one event leads to three at most. */
#ifndef IMP_TOLD
#define IMP_TOLD 64u
#endif
#define IMP_TOLD_AT_ONCE 4u

struct imp_vcpu {
	int32_t tid, tgid;
	uint32_t stream; /* 0: nobody was told of it yet */
	uint16_t number;
	uint8_t isa;
	uint8_t level; /* enum np_level: whose code runs, or ran last */
	bool entering; /* L1's last exit was to enter L2, and it was not told that it did */
	bool open;     /* L2's last exit was not told to be given to L1 */
	bool holds;    /* told[n] is an exit whose next event tells whose it is */
	uint8_t exit_reason;
	uint64_t exit_rip; /* of the last exit */
	uint64_t now, gaps;
	uint32_t n; /* so many are told of */
	struct rec_event told[IMP_TOLD];
	struct imp_origin from[IMP_TOLD];
};

enum {
	IMP_VMX_HLT = 12,
	IMP_VMX_INVD = 13,
	IMP_VMX_VMCALL = 18,
	IMP_VMX_MSR_WRITE = 32,
	IMP_VMX_PREEMPTION_TIMER = 52,
};

/* No instruction is longer; VMLAUNCH, VMRESUME and VMRUN have 3 bytes each. */
#define IMP_MAX_INSN 15
#define IMP_ENTER_INSN 3

static inline uint8_t imp_told_reason(const struct imp_vcpu *c, uint16_t code)
{
	if (c->isa == NP_ISA_SVM)
		return np_svm_index(code == UINT16_MAX ? NP_SVM_INVALID : code);
	return code < NP_EVENT_REASON_MAX ? code : NP_EVENT_REASON_MAX;
}

/* What the trace has becomes told[n]. */
static inline void imp_put_own(struct imp_vcpu *c, const struct imp_event *e, uint8_t level)
{
	c->told[c->n] = (struct rec_event){ .ns = e->ns, .type = e->type, .level = level,
					    .reason = imp_told_reason(c, e->reason) };
	c->from[c->n] = (struct imp_origin){ .ns = e->ns, .rip = e->rip, .cpu = e->cpu,
					     .isa = c->isa, .own = true };
}

static inline void imp_tell_own(struct imp_vcpu *c, const struct imp_event *e, uint8_t level)
{
	imp_put_own(c, e, level);
	c->n++;
}

/* What it does not have, and follows from others. */
static inline void imp_tell_inferred(struct imp_vcpu *c, const struct imp_event *e, uint8_t type,
				     uint8_t reason)
{
	c->from[c->n] = (struct imp_origin){ .ns = e->ns };
	c->told[c->n++] = (struct rec_event){ .ns = e->ns, .type = type, .reason = reason };
}

/* KVM may go back to the guest at once, before it says that L2 exited; on AMD, never from L2. */
static inline bool imp_has_fast_path(const struct imp_vcpu *c, uint8_t reason)
{
	if (c->isa == NP_ISA_SVM)
		return false;
	return reason == IMP_VMX_PREEMPTION_TIMER || reason == IMP_VMX_MSR_WRITE ||
	       reason == IMP_VMX_HLT || reason == IMP_VMX_INVD;
}

/* By its index: SVM has VMRUN there, and no VMLAUNCH. */
static inline bool imp_enters(uint8_t reason)
{
	return reason == NP_VMX_VMRESUME || reason == NP_VMX_VMLAUNCH;
}

/* Only a hypervisor executes these: L1, but where L2 is one itself. */
static inline bool imp_is_hypervisors(const struct imp_vcpu *c, uint8_t reason)
{
	if (c->isa == NP_ISA_SVM)
		return (reason >= NP_SVM_VMLOAD && reason <= NP_SVM_INVLPGA) ||
		       reason == NP_SVM_STGI || reason == NP_SVM_CLGI;
	return reason > IMP_VMX_VMCALL && reason <= NP_VMX_VMON;
}

/* Whose exit it was that no kvm_nested_vmexit followed. */
static inline uint8_t imp_level_of(const struct imp_vcpu *c, uint8_t reason,
				   const struct imp_seen *seen)
{
	bool told = seen->events[NP_EVENT_VMEXIT];

	if (imp_is_hypervisors(c, reason) || (told && !imp_has_fast_path(c, reason)))
		return NP_LEVEL_L1;
	return c->level;
}

static inline void imp_take_exit(struct imp_vcpu *c, uint8_t level)
{
	uint8_t reason = c->told[c->n].reason;

	c->holds = false;
	c->level = level;
	c->exit_reason = reason;
	c->exit_rip = c->from[c->n].rip;
	c->open = level == NP_LEVEL_L2;
	c->entering = level != NP_LEVEL_L2 && imp_enters(reason);
	c->told[c->n++].level = level;
}

/* No event tells more of the one that is held. */
static inline void imp_whose_settle(struct imp_vcpu *c, const struct imp_seen *seen)
{
	if (c->holds)
		imp_take_exit(c, imp_level_of(c, c->told[c->n].reason, seen));
}

/* L2 goes on where it was, or behind the instruction that made it exit. */
static inline bool imp_goes_on(const struct imp_vcpu *c, const struct imp_event *e)
{
	return e->rip - c->exit_rip <= IMP_MAX_INSN;
}

/* L1 wanted to enter L2. */
static inline void imp_take_entering(struct imp_vcpu *c, const struct imp_event *e,
				     struct imp_seen *seen)
{
	c->entering = false;
	if (seen->events[NP_EVENT_VMENTER] ||
	    (seen->rips && e->rip == c->exit_rip + IMP_ENTER_INSN))
		return; /* it failed */
	if (!seen->rips && !seen->events[NP_EVENT_VMEXIT] && !seen->events[NP_EVENT_INJECT])
		return; /* nothing would ever tell that L1 is back */
	c->level = NP_LEVEL_L2;
	seen->inferred_enters++;
	imp_tell_inferred(c, e, NP_EVENT_VMENTER, 0);
}

/* Was L1 given the exit of L2? */
static inline void imp_take_open(struct imp_vcpu *c, const struct imp_event *e,
				 struct imp_seen *seen)
{
	c->open = false;
	if (seen->events[NP_EVENT_INJECT] || !seen->rips || imp_goes_on(c, e))
		return;
	c->level = NP_LEVEL_L1;
	seen->inferred_injects++;
	imp_tell_inferred(c, e, NP_EVENT_INJECT, c->exit_reason);
}

static inline void imp_take_entry(struct imp_vcpu *c, const struct imp_event *e,
				  struct imp_seen *seen)
{
	seen->rips |= e->rip != 0;
	if (c->entering)
		imp_take_entering(c, e, seen);
	else if (c->open)
		imp_take_open(c, e, seen);
	imp_tell_own(c, e, c->level);
}

static inline void imp_take_other(struct imp_vcpu *c, const struct imp_event *e)
{
	if (e->type == NP_EVENT_VMENTER)
		c->level = NP_LEVEL_L2;
	else if (e->type == NP_EVENT_INJECT || e->type == NP_EVENT_FAILED)
		c->level = NP_LEVEL_L1;
	if (e->type != NP_EVENT_VMEXIT)
		c->entering = c->open = false;
	imp_tell_own(c, e, NP_LEVEL_UNKNOWN);
}

/* There is room for IMP_TOLD_AT_ONCE. `seen` has what is inferred added to it. */
static inline void imp_whose_event(struct imp_vcpu *c, const struct imp_event *e,
				   struct imp_seen *seen)
{
	if (c->holds && e->type == NP_EVENT_VMEXIT)
		imp_take_exit(c, NP_LEVEL_L2);
	else
		imp_whose_settle(c, seen);
	if (e->type == NP_EVENT_EXIT) {
		imp_put_own(c, e, NP_LEVEL_UNKNOWN);
		c->holds = true;
	} else if (e->type == NP_EVENT_ENTRY) {
		imp_take_entry(c, e, seen);
	} else {
		imp_take_other(c, e);
	}
}

/* Its last event. */
static inline void imp_whose_gone(struct imp_vcpu *c)
{
	c->from[c->n] = (struct imp_origin){ .ns = c->now };
	c->told[c->n++] = (struct rec_event){ .ns = c->now, .type = NP_EVENT_GONE };
}

/* Events may be missing here: what was held is settled. */
static inline void imp_whose_gap(struct imp_vcpu *c, uint64_t lost)
{
	c->level = NP_LEVEL_UNKNOWN;
	c->entering = c->open = false;
	c->from[c->n] = (struct imp_origin){ .ns = c->now };
	c->told[c->n++] = (struct rec_event){ .ns = lost, .type = NP_EVENT_LOST };
}

#endif
