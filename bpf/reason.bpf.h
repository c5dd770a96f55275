/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a vCPU tells: who runs, and what is not in struct kvm_vcpu but in the struct
 * vcpu_vmx around it, where the verifier lets no typed pointer go: the exit reason,
 * and what L1 was given last. In the order of what they cost, here are three ways to
 * it; collector/btf_probe.c picks.
 */
#ifndef NESTPROF_REASON_BPF_H
#define NESTPROF_REASON_BPF_H

#include "bpf/events.h"
#include "bpf/kvm_types.bpf.h"

#define BASIC_EXIT_REASON 0xffff

static __always_inline __u64 reason_address(__u64 vcpu)
{
	if (bpf_core_field_exists(struct vcpu_vmx___vt, vt.exit_reason))
		return (__u64)&((struct vcpu_vmx___vt *)vcpu)->vt.exit_reason;
	return (__u64)&((struct vcpu_vmx___reason *)vcpu)->exit_reason;
}

/*
 * Kernels since 6.2 let a program say what type an address has, if it is a type
 * of vmlinux: a plain load of an int, then.
 */
#ifndef WITHOUT_KFUNCS
extern void *bpf_rdonly_cast(void *obj, __u32 btf_id) __ksym __weak;
#else
static __always_inline void *bpf_rdonly_cast(void *obj, __u32 btf_id)
{
	(void)btf_id;
	return obj;
}
#endif

static __always_inline __u32 cast_int(__u64 address)
{
	struct refcount_struct *an_int = bpf_rdonly_cast(
		(void *)address, bpf_core_type_id_kernel(struct refcount_struct));

	return an_int->refs.counter;
}

static __always_inline __u64 cast_pointer(__u64 address)
{
	struct hlist_head *a_pointer =
		bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct hlist_head));

	return (__u64)a_pointer->first;
}

/*
 * Before that, a typed pointer that some function was called with can be kept
 * in a map (a "kptr", since 5.19), and loaded again with its type. Nested
 * entries call such a function; until a vCPU's first one it has none.
 */
typedef struct vcpu_vmx vcpu_vmx_t; /* clang 14 loses the tag of a plain struct */

struct typed_vcpu {
	vcpu_vmx_t __attribute__((btf_type_tag("kptr"))) *vmx;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NP_SEATS); /* as the seats */
	__type(key, __u32);
	__type(value, struct typed_vcpu);
} typed SEC(".maps");

/* It is there, for the vCPU has that seat: learn_type and typed_vcpu_destroyed see to it. */
#define TYPED_VCPU(vmx, hash)                                                                      \
	struct typed_vcpu *typed_one = bpf_map_lookup_elem(&typed, &(hash));                       \
	struct vcpu_vmx *vmx = typed_one ? typed_one->vmx : NULL;                                  \
                                                                                                   \
	if (!vmx) /* for the verifier alone */                                                     \
		return 0

/* From now on it does. */
static __always_inline void keep_type(struct typed_vcpu *t, struct vcpu_vmx *vmx)
{
	struct np_seat *seat = seat_of((__u64)vmx);

	if (!is_untyped(seat, (__u64)vmx))
		return;
	t->vmx = vmx;
	barrier();
	seat->key = (__u64)vmx;
}

/* And where there is nothing else, a helper call that costs as much as all the rest. */
static __always_inline __u32 reason_by_read(struct kvm_vcpu *vcpu)
{
	__u32 reason = NP_REASON_OTHER;

	bpf_probe_read_kernel(&reason, sizeof(reason), (void *)reason_address((__u64)vcpu));
	return reason;
}

static __always_inline __u32 reason_by_kptr(struct vcpu_vmx *vmx)
{
	return ((struct vcpu_vmx___reason *)vmx)->exit_reason.full;
}

#define FAILED_ENTRY (1u << 31)
#define NOTHING_GIVEN 0xffffffff /* an SMI and a reset leave L2 without an exit for L1 */

static __always_inline __u32 given_by_cast(__u64 vcpu)
{
	__u64 vmcs12 = cast_pointer(
		vcpu + bpf_core_field_offset(struct vcpu_vmx, nested.cached_vmcs12));

	if (!vmcs12 ||
	    (cast_int(vcpu + bpf_core_field_offset(struct vcpu_vmx, nested.smm.guest_mode)) & 1))
		return NOTHING_GIVEN;
	return cast_int(vmcs12 + bpf_core_field_offset(struct vmcs12, vm_exit_reason));
}

static __always_inline __u32 given_by_kptr(struct vcpu_vmx *vmx)
{
	struct vmcs12 *vmcs12 = vmx->nested.cached_vmcs12;

	return !vmcs12 || vmx->nested.smm.guest_mode ? NOTHING_GIVEN : vmcs12->vm_exit_reason;
}

static __always_inline __u32 given_by_read(void *vcpu)
{
	struct vcpu_vmx *vmx = vcpu;
	struct vmcs12 *vmcs12 = BPF_CORE_READ(vmx, nested.cached_vmcs12);

	if (!vmcs12 || BPF_CORE_READ(vmx, nested.smm.guest_mode))
		return NOTHING_GIVEN;
	return BPF_CORE_READ(vmcs12, vm_exit_reason);
}

static __always_inline __u32 level_by_vmcs(void *vcpu)
{
	struct vcpu_vmx *vmx = vcpu;
	__u64 loaded, vmcs02;

	if (!bpf_core_field_exists(struct vcpu_vmx, nested.vmcs02))
		return NP_LEVEL_UNKNOWN;
	loaded = (__u64)BPF_CORE_READ(vmx, loaded_vmcs);
	vmcs02 = (__u64)&vmx->nested.vmcs02;
	return loaded == vmcs02 ? NP_LEVEL_L2 : NP_LEVEL_L1;
}

/* Whether the vCPU runs L2. Both fields change only between two exits. */
static __always_inline __u32 level_of(struct kvm_vcpu *vcpu)
{
	if (bpf_core_field_exists(struct kvm_vcpu, stat.guest_mode))
		return vcpu->stat.guest_mode ? NP_LEVEL_L2 : NP_LEVEL_L1;
	return level_by_vmcs(vcpu);
}

/* The same where the verifier does not know the pointer for one. */
static __always_inline __u32 level_by_read(struct kvm_vcpu *vcpu)
{
	if (bpf_core_field_exists(struct kvm_vcpu, stat.guest_mode))
		return BPF_CORE_READ(vcpu, stat.guest_mode) ? NP_LEVEL_L2 : NP_LEVEL_L1;
	return level_by_vmcs(vcpu);
}

#endif
