/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a vCPU tells: who runs, and the exit reason. That one is not in struct
 * kvm_vcpu but in the struct vcpu_vmx around it, where the verifier lets no typed
 * pointer go. In the order of what they cost, here are three ways to it;
 * collector/btf_probe.c picks.
 */
#ifndef NESTPROF_REASON_BPF_H
#define NESTPROF_REASON_BPF_H

#include "bpf/events.h"
#include "bpf/kvm_types.bpf.h"

#define BASIC_EXIT_REASON 0xffff

static __always_inline __u32 exit_reason_offset(void)
{
	if (bpf_core_field_exists(struct vcpu_vmx___vt, vt.exit_reason))
		return bpf_core_field_offset(struct vcpu_vmx___vt, vt.exit_reason);
	return bpf_core_field_offset(struct vcpu_vmx___reason, exit_reason);
}

/*
 * Kernels since 6.2 let a program say what type an address has, if it is a type
 * of vmlinux: a plain load of an int, then.
 */
extern void *bpf_rdonly_cast(void *obj, __u32 btf_id) __ksym __weak;

static __always_inline __u32 reason_by_cast(struct kvm_vcpu *vcpu)
{
	struct refcount_struct *an_int =
		bpf_rdonly_cast((void *)vcpu + exit_reason_offset(),
				bpf_core_type_id_kernel(struct refcount_struct));

	return an_int->refs.counter;
}

/*
 * Before that, a typed pointer that some function was called with can be kept
 * in a map (a "kptr", since 5.19), and loaded again with its type. Nested
 * entries call such a function; until a vCPU's first one it has none. The
 * pointer being the vCPU's own address, it finds the slot as well.
 */
typedef struct vcpu_vmx vcpu_vmx_t; /* clang 14 loses the tag of a plain struct */

struct typed_vcpu {
	vcpu_vmx_t __attribute__((btf_type_tag("kptr"))) *vmx;
	__u32 slot;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1 << GUESS_BITS); /* by hash_of() */
	__type(key, __u32);
	__type(value, struct typed_vcpu);
} typed SEC(".maps");

/* And where there is nothing else, a helper call that costs as much as all the rest. */
static __always_inline __u32 reason_by_read(struct kvm_vcpu *vcpu)
{
	__u32 reason = NP_REASON_OTHER;

	bpf_probe_read_kernel(&reason, sizeof(reason), (void *)vcpu + exit_reason_offset());
	return reason;
}

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

#endif
