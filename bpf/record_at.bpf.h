/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The recorder's hooks where the modules' BTF may not be used (bpf/nested_at.bpf.h), and
 * where there is none (bpf/nested_raw.bpf.h): raw tracepoints and probes.
 */
#ifndef NESTPROF_RECORD_AT_BPF_H
#define NESTPROF_RECORD_AT_BPF_H

/* kvm_exit is (vcpu, isa). */
SEC("?raw_tp/kvm_exit")
int exit_at(struct bpf_raw_tracepoint_args *ctx)
{
	void *vcpu = (void *)ctx->args[0];
	struct np_tape *t;

	if ((__u32)ctx->args[1] != NP_ISA_VMX)
		return 0;
	t = find_vcpu((__u64)vcpu);
	if (!t)
		return 0;
	return record_other(vcpu, BY_ADDRESS, t, exit_word(int_at((__u64)vcpu + at.exit_reason)));
}

SEC("?raw_tp/kvm_entry")
int entry_at(struct bpf_raw_tracepoint_args *ctx)
{
	return on_entry_by((void *)ctx->args[0], BY_ADDRESS);
}

SEC("?raw_tp/kvm_nested_vmenter")
int vmenter_at(void *ctx)
{
	(void)ctx;
	return on_vmenter(find_current_vcpu_unchecked());
}

SEC("?kprobe/kvm_emulate_halt_noskip")
int halt_at(struct pt_regs *ctx)
{
	return on_halt(PT_REGS_PARM1(ctx));
}

SEC("?kprobe/kvm_arch_vcpu_destroy")
int vcpu_destroyed_at(struct pt_regs *ctx)
{
	forget_vcpu(PT_REGS_PARM1(ctx));
	return 0;
}

/* kvm_exit is (exit_reason, vcpu, isa). Whose it is, the events before it tell. */
SEC("?raw_tp/kvm_exit")
int exit_unchecked(struct bpf_raw_tracepoint_args *ctx)
{
	if ((__u32)ctx->args[2] != NP_ISA_VMX)
		return 0;
	return record_for(find_vcpu(ctx->args[1]), NP_EVENT_EXIT, event_reason(ctx->args[0]));
}

SEC("?raw_tp/kvm_nested_vmexit_inject")
int inject_unchecked(struct bpf_raw_tracepoint_args *ctx)
{
	if ((__u32)ctx->args[5] != NP_ISA_VMX)
		return 0;
	return on_inject(find_current_vcpu_unchecked(), ctx->args[0]);
}

SEC("?kretprobe/nested_vmx_enter_non_root_mode")
int vmenter_returns(struct pt_regs *ctx)
{
	struct np_tape *t = find_current_vcpu_unchecked();

	if (!t)
		return 0;
	on_vmenter(t);
	return (__u32)PT_REGS_RC(ctx) ? record_for(t, NP_EVENT_FAILED, 0) : 0;
}

#endif
