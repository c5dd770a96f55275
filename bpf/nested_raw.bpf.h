/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks for a kernel whose modules have no BTF (before 5.11, or built
 * without it): raw tracepoints, whose arguments nobody checks, and a probe on
 * the function that enters L2. Only vmlinux has BTF there. That kvm_exit is
 * (exit_reason, vcpu, isa) is made sure of when it is attached: the kernel
 * refuses a program that reads more arguments than the tracepoint has, and the
 * other prototype has two. Who exited is known from the events alone.
 */
#ifndef NESTPROF_NESTED_RAW_BPF_H
#define NESTPROF_NESTED_RAW_BPF_H

SEC("?raw_tp/kvm_exit")
int exit_unchecked(struct bpf_raw_tracepoint_args *ctx)
{
	struct np_vcpu *v;

	if ((__u32)ctx->args[2] != NP_ISA_VMX)
		return 0;
	v = find_vcpu(ctx->args[1]);
	if (v)
		np_fsm_exit(NULL, v, ctx->args[0] & BASIC_EXIT_REASON, NP_LEVEL_UNKNOWN, UNTIMED);
	return 0;
}

SEC("?raw_tp/kvm_nested_vmexit")
int nested_vmexit_unchecked(struct bpf_raw_tracepoint_args *ctx)
{
	if ((__u32)ctx->args[2] != NP_ISA_VMX)
		return 0;
	return check_exit(find_vcpu(ctx->args[1]));
}

SEC("?raw_tp/kvm_nested_vmexit_inject")
int nested_vmexit_inject_unchecked(struct bpf_raw_tracepoint_args *ctx)
{
	struct np_vcpu *v;

	if ((__u32)ctx->args[5] != NP_ISA_VMX)
		return 0;
	v = find_current_vcpu_unchecked();
	if (v)
		np_fsm_inject(NULL, v, ctx->args[0] & BASIC_EXIT_REASON, UNTIMED);
	return 0;
}

/* Its return, where it says whether L2 was entered: 0. */
SEC("?kretprobe/nested_vmx_enter_non_root_mode")
int nested_vmenter_returns(struct pt_regs *ctx)
{
	struct np_vcpu *v = find_current_vcpu_unchecked();

	if (!v)
		return 0;
	np_fsm_vmenter(NULL, v, UNTIMED);
	if ((__u32)PT_REGS_RC(ctx))
		np_fsm_vmenter_failed(v);
	return 0;
}

#endif
