// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks on KVM's tracepoints, feeding the state machine of each vCPU. The
 * programs of one vCPU run on its thread, never beside each other, so its
 * counters need no atomic operations.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/kvm_types.bpf.h"
#include "bpf/slots.bpf.h"
#include "bpf/reason.bpf.h"

char LICENSE[] SEC("license") = "GPL";

#define now() bpf_ktime_get_ns()
#define UNTIMED 0

/* Whether the vCPU runs L2. Both fields change only between two exits. */
static __always_inline __u32 level_of(struct kvm_vcpu *vcpu)
{
	if (bpf_core_field_exists(struct kvm_vcpu, stat.guest_mode))
		return vcpu->stat.guest_mode ? NP_LEVEL_L2 : NP_LEVEL_L1;
	if (bpf_core_field_exists(struct vcpu_vmx, nested.vmcs02)) {
		struct vcpu_vmx *vmx = (void *)vcpu;
		void *loaded = BPF_CORE_READ(vmx, loaded_vmcs);

		return loaded == &vmx->nested.vmcs02 ? NP_LEVEL_L2 : NP_LEVEL_L1;
	}
	return NP_LEVEL_UNKNOWN;
}

static __always_inline int on_exit(struct kvm_vcpu *vcpu, struct np_vcpu *v, __u32 reason,
				   __u64 time)
{
	np_fsm_exit(NULL, v, reason & BASIC_EXIT_REASON, level_of(vcpu), time);
	return 0;
}

/*
 * A program for each way to know the exit reason, without the time and with
 * it. Newer verifiers think that the vCPU might be NULL.
 */
#define EXIT_PROGRAM(name, reason, clock)                                                          \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, struct kvm_vcpu *vcpu)                                                  \
	{                                                                                          \
		__u64 time = clock;                                                                \
		struct np_vcpu *v;                                                                 \
                                                                                                   \
		if (!vcpu || !is_wanted())                                                         \
			return 0;                                                                  \
		v = find_vcpu((__u64)vcpu);                                                        \
		return v ? on_exit(vcpu, v, reason, time) : 0;                                     \
	}

EXIT_PROGRAM(exit_cast, reason_by_cast(vcpu), UNTIMED)
EXIT_PROGRAM(exit_cast_timed, reason_by_cast(vcpu), now())
EXIT_PROGRAM(exit_kptr, reason_by_kptr(vcpu, v), UNTIMED)
EXIT_PROGRAM(exit_kptr_timed, reason_by_kptr(vcpu, v), now())
EXIT_PROGRAM(exit_read, reason_by_read(vcpu), UNTIMED)
EXIT_PROGRAM(exit_read_timed, reason_by_read(vcpu), now())

/* Up to 5.15 the reason is an argument. */
#define EXIT_WITH_REASON_PROGRAM(name, clock)                                                      \
	SEC("?tp_btf/kvm_exit")                                                                    \
	int BPF_PROG(name, __u32 reason, struct kvm_vcpu *vcpu)                                    \
	{                                                                                          \
		__u64 time = clock;                                                                \
		struct np_vcpu *v;                                                                 \
                                                                                                   \
		if (!vcpu || !is_wanted())                                                         \
			return 0;                                                                  \
		v = find_vcpu((__u64)vcpu);                                                        \
		return v ? on_exit(vcpu, v, reason, time) : 0;                                     \
	}

EXIT_WITH_REASON_PROGRAM(exit_with_reason, UNTIMED)
EXIT_WITH_REASON_PROGRAM(exit_with_reason_timed, now())

/* kvm_entry may have more arguments: only the first is of interest. */
SEC("?tp_btf/kvm_entry")
int BPF_PROG(entry_timed, struct kvm_vcpu *vcpu)
{
	struct np_vcpu *v;

	if (!vcpu || !is_wanted())
		return 0;
	v = find_vcpu((__u64)vcpu);
	if (v)
		np_fsm_entry(NULL, v, level_of(vcpu), now());
	return 0;
}

static __always_inline int on_nested_vmexit(struct kvm_vcpu *vcpu)
{
	struct np_vcpu *v = vcpu && is_wanted() ? find_vcpu((__u64)vcpu) : NULL;

	if (v)
		np_fsm_nested_vmexit(v);
	return 0;
}

/* A check on kvm_exit, for who wants it. */
SEC("?tp_btf/kvm_nested_vmexit")
int BPF_PROG(nested_vmexit, struct kvm_vcpu *vcpu)
{
	return on_nested_vmexit(vcpu);
}

SEC("?tp_btf/kvm_nested_vmexit")
int BPF_PROG(nested_vmexit_with_reason, __u32 reason, struct kvm_vcpu *vcpu)
{
	return on_nested_vmexit(vcpu);
}

static __always_inline int on_inject(__u32 reason, bool timed)
{
	struct np_vcpu *v = is_wanted() ? find_current_vcpu() : NULL;

	if (v)
		np_fsm_inject(NULL, v, reason & BASIC_EXIT_REASON, timed);
	return 0;
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(inject, __u32 reason)
{
	return on_inject(reason, false);
}

SEC("?tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(inject_timed, __u32 reason)
{
	return on_inject(reason, true);
}

static __always_inline int on_vmenter(struct np_vcpu *v, __u64 time)
{
	if (v)
		np_fsm_vmenter(NULL, v, time);
	return 0;
}

SEC("?tp_btf/kvm_nested_vmenter")
int BPF_PROG(vmenter)
{
	return is_wanted() ? on_vmenter(find_current_vcpu(), UNTIMED) : 0;
}

SEC("?tp_btf/kvm_nested_vmenter")
int BPF_PROG(vmenter_timed)
{
	return is_wanted() ? on_vmenter(find_current_vcpu(), now()) : 0;
}

/* Where that tracepoint is SVM's alone. */
SEC("?fentry/nested_vmx_enter_non_root_mode")
int BPF_PROG(vmenter_function, struct kvm_vcpu *vcpu)
{
	return vcpu && is_wanted() ? on_vmenter(find_vcpu((__u64)vcpu), UNTIMED) : 0;
}

SEC("?fentry/nested_vmx_enter_non_root_mode")
int BPF_PROG(vmenter_function_timed, struct kvm_vcpu *vcpu)
{
	return vcpu && is_wanted() ? on_vmenter(find_vcpu((__u64)vcpu), now()) : 0;
}

/* Keeps a vCPU's typed pointer. The session takes this out when it has them all. */
SEC("?fentry/prepare_vmcs02_early")
int BPF_PROG(learn_type, struct vcpu_vmx *vmx)
{
	struct np_vcpu *v = is_wanted() ? find_vcpu((__u64)vmx) : NULL;
	struct typed_vcpu *t;
	__u32 slot;

	if (!v)
		return 0;
	slot = v->shared_row;
	t = bpf_map_lookup_elem(&typed, &slot);
	if (t) {
		t->vmx = vmx;
		v->typed = 1;
	}
	return 0;
}

static __always_inline int on_sync_begin(struct np_vcpu *v)
{
	if (v)
		v->sync_began = now();
	return 0;
}

static __always_inline int on_sync_end(struct np_vcpu *v, enum np_sync which)
{
	if (!v || !v->sync_began)
		return 0;
	v->sync[which].n++;
	v->sync[which].ns += now() - v->sync_began;
	v->sync_began = 0;
	return 0;
}

/* vmcs12 -> shadow VMCS, before L1 runs; shadow VMCS -> vmcs12, before L2 does. */
SEC("?fentry/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_begin, struct kvm_vcpu *vcpu)
{
	return is_wanted() ? on_sync_begin(find_vcpu((__u64)vcpu)) : 0;
}

SEC("?fexit/nested_sync_vmcs12_to_shadow")
int BPF_PROG(to_shadow_end, struct kvm_vcpu *vcpu)
{
	return is_wanted() ? on_sync_end(find_vcpu((__u64)vcpu), NP_SYNC_TO_SHADOW) : 0;
}

SEC("?fentry/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_begin, struct vcpu_vmx *vmx)
{
	return is_wanted() ? on_sync_begin(find_vcpu((__u64)vmx)) : 0;
}

SEC("?fexit/copy_shadow_to_vmcs12")
int BPF_PROG(from_shadow_end, struct vcpu_vmx *vmx)
{
	return is_wanted() ? on_sync_end(find_vcpu((__u64)vmx), NP_SYNC_FROM_SHADOW) : 0;
}
