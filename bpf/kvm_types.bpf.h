/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel structs that the programs read, with no more than the fields they
 * read: libbpf relocates each access to the running kernel's BTF. There is no
 * vmlinux.h, for the build machine's kernel may have no kvm_intel at all.
 */
#ifndef NESTPROF_KVM_TYPES_BPF_H
#define NESTPROF_KVM_TYPES_BPF_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct preempt_notifier {
	struct hlist_node link;
};

/* While a task runs a vCPU, its preempt notifier is the vCPU's. */
struct task_struct {
	struct hlist_head preempt_notifiers;
};

/* Any type of vmlinux that begins with an int. */
typedef struct {
	int counter;
} atomic_t;

struct refcount_struct {
	atomic_t refs;
};

struct kvm_vcpu_stat {
	__u64 guest_mode;
};

struct rb_node {
	struct rb_node *rb_right, *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct kvm_memory_slot {
	struct rb_node gfn_node[2];
	__u64 base_gfn;
	unsigned long npages;
	unsigned long userspace_addr;
};

/* Memory of a VM by guest address: a tree since 5.17. */
struct kvm_memslots {
	struct rb_root gfn_tree;
	int node_idx;
};

struct kvm {
	struct kvm_memslots *memslots[1];
};

struct kvm_queued_exception {
	bool injected;
};

struct kvm_vcpu_arch {
	struct kvm_queued_exception exception;
	unsigned long regs[16];
	unsigned long cr3, cr4;
	__u64 efer;
};

struct kvm_vcpu {
	struct kvm *kvm;
	struct preempt_notifier preempt_notifier;
	int vcpu_id;
	struct kvm_vcpu_stat stat;
	struct kvm_vcpu_arch arch;
};

/* Where the instruction pointer is, and which registers KVM has: for long in the array, ... */
struct kvm_vcpu_arch___array {
	unsigned long regs[17];
	__u32 regs_avail, regs_dirty;
};

struct kvm_vcpu___array {
	struct kvm_vcpu_arch___array arch;
};

/* ... and in 7.x beside it. */
struct kvm_vcpu_arch___rip {
	unsigned long rip;
	unsigned long regs_avail[1], regs_dirty[1];
};

struct kvm_vcpu___rip {
	struct kvm_vcpu_arch___rip arch;
};

struct loaded_vmcs {
	void *vmcs;
};

struct vmcs12 {
	__u32 vm_exit_reason;
};

struct nested_vmx {
	struct vmcs12 *cached_vmcs12;
	struct loaded_vmcs vmcs02;
	struct {
		bool guest_mode;
	} smm;
};

/* Not NULL: L1's VMCS is a page of its memory (CONFIG_KVM_HYPERV). */
struct nested_vmx___evmcs {
	void *hv_evmcs;
};

struct vcpu_vmx___evmcs {
	struct nested_vmx___evmcs nested;
};

union vmx_exit_reason {
	__u32 full;
};

/* A struct kvm_vcpu is its first member. */
struct vcpu_vmx {
	struct kvm_vcpu vcpu;
	struct loaded_vmcs *loaded_vmcs;
	struct nested_vmx nested;
};

/* AMD's, likewise. */
struct vmcb_control_area {
	__u32 exit_code;
};

struct vmcb {
	struct vmcb_control_area control;
};

struct kvm_vmcb_info {
	struct vmcb *ptr;
};

struct svm_nested_state {
	struct kvm_vmcb_info vmcb02;
};

struct vcpu_svm {
	struct kvm_vcpu vcpu;
	struct vmcb *vmcb;
	struct svm_nested_state nested;
};

/* Where the exit reason is: kernels up to 6.15, ... */
struct vcpu_vmx___reason {
	union vmx_exit_reason exit_reason;
};

/* ... and since it is shared with TDX. */
struct vcpu_vt {
	union vmx_exit_reason exit_reason;
};

struct vcpu_vmx___vt {
	struct vcpu_vt vt;
};

#pragma clang attribute pop

#endif
