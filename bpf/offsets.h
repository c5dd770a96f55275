/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where fields of kvm_intel's and kvm_amd's structs are, for programs that go there by
 * address: user space looks it up, for it may read the modules' BTF where the kernel lets
 * nobody load programs by it. 0: there is no such field.
 */
#ifndef NESTPROF_OFFSETS_H
#define NESTPROF_OFFSETS_H

#ifndef __VMLINUX_TYPES__
#include <linux/types.h>
#endif

struct np_offsets {
	/* In struct vcpu_vmx, which begins with its struct kvm_vcpu. */
	__u32 exit_reason;
	__u32 loaded_vmcs;
	__u32 vmcs02;
	__u32 cached_vmcs12;
	__u32 current_vmptr;
	__u32 smm_guest_mode;
	/* In struct vmcs12. */
	__u32 vm_exit_reason;
	__u32 vm_instruction_error;
	/* In kvm_amd's struct vcpu_svm, which begins so too. */
	__u32 vmcb;
	__u32 vmcb02; /* nested.vmcb02.ptr */
};

#endif
