/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why entries into L2 fail. KVM checks what L1 has set up, and a tracepoint tells the
 * check that failed; L1's next exit finds what L1 was told for it in vmcs12. Nothing here
 * runs unless an entry fails.
 */
#ifndef NESTPROF_FAILURES_BPF_H
#define NESTPROF_FAILURES_BPF_H

#include "bpf/failures.h"
#include "bpf/offsets.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, NP_MAX_FAILURES);
	__type(key, struct np_failure);
	__type(value, __u64);
} failures SEC(".maps");

struct np_said said[NP_MAX_VCPUS];

static __always_inline struct np_said *said_of(const struct np_vcpu *v)
{
	return &said[(v->shared_row - 1) & (NP_MAX_VCPUS - 1)];
}

/* Each key is one vCPU's, so nobody else adds to it. */
static __always_inline void add_failure(const struct np_failure *f)
{
	__u64 *n = bpf_map_lookup_elem(&failures, f), one = 1;

	if (n)
		++*n;
	else if (bpf_map_update_elem(&failures, f, &one, BPF_NOEXIST))
		__sync_fetch_and_add(&lost_events, 1);
}

/* `v` is never NULL here and below; newer verifiers want to see it. */
static __noinline int count_failure(struct np_vcpu *v, __u32 outcome)
{
	struct np_failure f = { .outcome = outcome };
	struct np_said *s;

	if (!v)
		return 0;
	s = said_of(v);
	f.slot = v->shared_row;
	f.err = s->err;
	if (s->why)
		bpf_probe_read_kernel_str(f.why, sizeof(f.why), (void *)s->why);
	s->why = s->err = 0;
	add_failure(&f);
	return 0;
}

#define IS_SHADOW_VMCS (1u << 31) /* in a VMCS's first word: nobody can enter by it */

static __always_inline __u32 instruction_error(__u64 vcpu)
{
	__u64 vmcs12 = current_vmcs12(vcpu);

	if (!vmcs12 || int_at(vmcs12) & IS_SHADOW_VMCS)
		return NP_FAILED_INVALID;
	return int_at(vmcs12 + at.vm_instruction_error);
}

/* SVM has one exit code for all of it, and the VMX name of its index would say nothing. */
static __always_inline __u32 told_to_l1(__u64 vcpu, __u32 given, bool exits)
{
	if (at.vmcb02)
		return NP_FAILED_UNKNOWN;
	return exits ? given : instruction_error(vcpu);
}

/*
 * L1 runs again after VMLAUNCH or VMRESUME, and L2 did not. `given`: the exit reason in
 * vmcs12, which can be that of an older failure; returned without that bit, then.
 */
static __noinline __u32 entry_did_not(struct np_vcpu *v, __u32 given)
{
	bool exits = given & FAILED_ENTRY;
	struct np_said *s;

	if (!v)
		return given;
	s = said_of(v);
	if (s->why)
		exits = s->exits;
	else if (!exits)
		return given; /* no failure: L2 began halted, or VMRESUME made an exception */
	count_failure(v, told_to_l1(v->key, given, exits));
	return exits ? given : given & ~FAILED_ENTRY;
}

/* (const char *msg, u32 err). It checks states that user space restores as well. */
SEC("?raw_tp/kvm_nested_vmenter_failed")
int entry_failed(struct bpf_raw_tracepoint_args *ctx)
{
	struct np_vcpu *v = find_current_vcpu_unchecked();
	struct np_said *s;

	if (!v || (infers && !(v->logged & NP_LOG_ENTERING)))
		return 0;
	s = said_of(v);
	s->why = ctx->args[0];
	s->err = ctx->args[1];
	s->exits = refuses_by_exit(v->key, s->err);
	if (!infers)
		count_failure(v, NP_FAILED_UNKNOWN);
	return 0;
}

#endif
