// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/whose.h"

#define VMX_HLT 12
#define VMX_INVD 13
#define VMX_MSR_WRITE 32
#define VMX_PREEMPTION_TIMER 52
#define SVM_VMRUN 0x80
/* No instruction is longer; those that enter L2 have 3 bytes each, VMLAUNCH as VMRESUME. */
#define MAX_INSN 15
#define ENTER_INSN 3

static void tell(struct imp_verdict *to, const struct imp_event *e, uint8_t type, uint8_t level,
		 uint16_t reason, bool is_own)
{
	to->own[to->n] = is_own ? e : NULL;
	to->event[to->n++] = (struct rec_event){
		.ns = e->ns, .type = type, .level = level,
		.reason = reason < NP_EVENT_REASON_MAX ? reason : NP_EVENT_REASON_MAX };
}

static void tell_own(struct imp_verdict *to, const struct imp_event *e, uint8_t level)
{
	tell(to, e, e->type, level, e->reason, true);
}

/* KVM may go back to the guest at once, before it says that L2 exited. */
static bool has_fast_path(uint16_t reason)
{
	return reason == VMX_PREEMPTION_TIMER || reason == VMX_MSR_WRITE || reason == VMX_HLT ||
	       reason == VMX_INVD;
}

static bool enters(const struct imp_event *e)
{
	if (e->isa == NP_ISA_SVM)
		return e->reason == SVM_VMRUN;
	return e->reason == NP_VMX_VMRESUME || e->reason == NP_VMX_VMLAUNCH;
}

/* Only a hypervisor executes these: L1, but where L2 is one itself. */
static bool is_hypervisors(const struct imp_event *e)
{
	return e->isa != NP_ISA_SVM && e->reason >= 19 && e->reason <= NP_VMX_VMON;
}

/* Whose exit it was that no kvm_nested_vmexit followed. */
static uint8_t level_of(const struct imp_vcpu *c, const struct imp_event *e,
			const struct imp_seen *seen)
{
	bool told = seen->events[NP_EVENT_VMEXIT];

	if (is_hypervisors(e) || (told && !has_fast_path(e->reason)))
		return NP_LEVEL_L1;
	return c->level;
}

static void take_exit(struct imp_vcpu *c, uint8_t level, struct imp_verdict *to)
{
	const struct imp_event *e = &c->held[c->which];

	c->holds = false;
	c->level = level;
	c->exit_reason = e->reason;
	c->exit_rip = e->rip;
	c->open = level == NP_LEVEL_L2;
	c->entering = level != NP_LEVEL_L2 && enters(e);
	tell_own(to, e, level);
}

void imp_whose_settle(struct imp_vcpu *c, const struct imp_seen *seen, struct imp_verdict *to)
{
	if (c->holds)
		take_exit(c, level_of(c, &c->held[c->which], seen), to);
}

/* L2 goes on where it was, or behind the instruction that made it exit. */
static bool goes_on(const struct imp_vcpu *c, const struct imp_event *e)
{
	return e->rip - c->exit_rip <= MAX_INSN;
}

/* L1 wanted to enter L2. */
static void take_entering(struct imp_vcpu *c, const struct imp_event *e,
			  const struct imp_seen *seen, struct imp_verdict *to)
{
	c->entering = false;
	if (seen->events[NP_EVENT_VMENTER] || (seen->rips && e->rip == c->exit_rip + ENTER_INSN))
		return; /* it failed */
	if (!seen->rips && !seen->events[NP_EVENT_VMEXIT] && !seen->events[NP_EVENT_INJECT])
		return; /* nothing would ever tell that L1 is back */
	c->level = NP_LEVEL_L2;
	to->enters++;
	tell(to, e, NP_EVENT_VMENTER, 0, 0, false);
}

/* Was L1 given the exit of L2? */
static void take_open(struct imp_vcpu *c, const struct imp_event *e, const struct imp_seen *seen,
		      struct imp_verdict *to)
{
	c->open = false;
	if (seen->events[NP_EVENT_INJECT] || !seen->rips || goes_on(c, e))
		return;
	c->level = NP_LEVEL_L1;
	to->injects++;
	tell(to, e, NP_EVENT_INJECT, 0, c->exit_reason, false);
}

static void take_entry(struct imp_vcpu *c, const struct imp_event *e, const struct imp_seen *seen,
		       struct imp_verdict *to)
{
	if (c->entering)
		take_entering(c, e, seen, to);
	else if (c->open)
		take_open(c, e, seen, to);
	tell_own(to, e, c->level);
}

static void take_other(struct imp_vcpu *c, const struct imp_event *e, struct imp_verdict *to)
{
	if (e->type == NP_EVENT_VMENTER)
		c->level = NP_LEVEL_L2;
	else if (e->type == NP_EVENT_INJECT || e->type == NP_EVENT_FAILED)
		c->level = NP_LEVEL_L1;
	if (e->type != NP_EVENT_VMEXIT)
		c->entering = c->open = false;
	tell_own(to, e, NP_LEVEL_UNKNOWN);
}

void imp_whose_event(struct imp_vcpu *c, const struct imp_event *e, const struct imp_seen *seen,
		     struct imp_verdict *to)
{
	if (c->holds && e->type == NP_EVENT_VMEXIT)
		take_exit(c, NP_LEVEL_L2, to);
	else
		imp_whose_settle(c, seen, to);
	if (e->type == NP_EVENT_EXIT) {
		c->which ^= 1;
		c->held[c->which] = *e;
		c->holds = true;
	} else if (e->type == NP_EVENT_ENTRY) {
		take_entry(c, e, seen, to);
	} else {
		take_other(c, e, to);
	}
}

void imp_whose_gap(struct imp_vcpu *c)
{
	c->level = NP_LEVEL_UNKNOWN;
	c->entering = c->open = c->holds = false;
}
