/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks for who has CAP_BPF and CAP_PERFMON and no more: the kernel lets only
 * CAP_SYS_ADMIN load programs by the BTF of modules. So these are raw tracepoints and
 * kprobes, which need none, and go to fields by offsets that user space looked up.
 */
#ifndef NESTPROF_NESTED_AT_BPF_H
#define NESTPROF_NESTED_AT_BPF_H

EXIT_FUNCTION(exit_of_at, BY_ADDRESS, UNTIMED)
EXIT_FUNCTION(exit_of_at_timed, BY_ADDRESS, TIMED)
ENTRY_FUNCTION(entry_of_at, BY_ADDRESS)

/* kvm_exit, where all is as it nearly always is. */
static __always_inline bool infer_usual_exit(void *vcpu, struct np_vcpu *v, __u32 reason,
					     bool timed)
{
	if (reason >= NP_REASON_OTHER)
		return false;
	if (level_by(vcpu, BY_ADDRESS) == NP_LEVEL_L2)
		return infer_usual_l2_exit(v, reason, timed);
	return infer_usual_l1_exit(vcpu, v, reason, BY_ADDRESS, timed) ||
	       np_fsm_outside_exit(v, reason);
}

/* kvm_exit is (vcpu, isa). Whatever is usual ends early, as in EXIT_PROGRAM. */
static __always_inline int on_exit_at(__u64 vcpu, bool timed)
{
	struct np_vcpu *v = find_vcpu(vcpu);
	__u32 reason;

	if (!v)
		return 0;
	reason = int_at(vcpu + at.exit_reason);
	if (np_fsm_l1_exit(NULL, v, reason, timed))
		return 0;
	if (infer_usual_exit((void *)vcpu, v, reason, timed))
		return 0;
	reason = index_of(reason);
	return timed ? exit_of_at_timed(v->shared_row, reason)
		     : exit_of_at(v->shared_row, reason);
}

SEC("?raw_tp/kvm_exit")
int exit_at(struct bpf_raw_tracepoint_args *ctx)
{
	return (__u32)ctx->args[1] == NP_ISA_VMX ? on_exit_at(ctx->args[0], UNTIMED) : 0;
}

SEC("?raw_tp/kvm_exit")
int exit_at_timed(struct bpf_raw_tracepoint_args *ctx)
{
	return (__u32)ctx->args[1] == NP_ISA_VMX ? on_exit_at(ctx->args[0], TIMED) : 0;
}

SEC("?raw_tp/kvm_entry")
int entry_at(struct bpf_raw_tracepoint_args *ctx)
{
	struct np_vcpu *v = find_vcpu(ctx->args[0]);

	if (!v || np_fsm_l1_entry(NULL, v))
		return 0;
	return entry_of_at(v->shared_row);
}

SEC("?raw_tp/kvm_nested_vmenter")
int vmenter_at(struct bpf_raw_tracepoint_args *ctx)
{
	ONLY_WHILE_PHASING();
	ONLY_WANTED();
	return on_vmenter(find_current_vcpu_unchecked(), TIMED);
}

SEC("?raw_tp/kvm_nested_vmexit")
int nested_vmexit_at(struct bpf_raw_tracepoint_args *ctx)
{
	return (__u32)ctx->args[1] == NP_ISA_VMX ? check_exit(find_vcpu(ctx->args[0])) : 0;
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

#endif
