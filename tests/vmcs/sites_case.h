/* SPDX-License-Identifier: GPL-2.0-only */
/* What test_sites_bpf.c and sites.bpf.c tell each other. */
#ifndef NESTPROF_TESTS_SITES_CASE_H
#define NESTPROF_TESTS_SITES_CASE_H

#include <linux/types.h>

#define FAKE_SIZE (64 << 10) /* no struct of KVM's has what we read farther in */
#define FAKE_SLOTS 3

/* Where fields are in this kernel's structs, and where the made-up ones are. */
struct sites_offsets {
	__u64 base;
	__u64 vcpu_kvm, vcpu_cr4, vcpu_efer;
	__u64 kvm_memslots;
	__u64 slots_tree, slots_idx;
	__u64 slot_node, slot_gfn, slot_pages, slot_hva;
	__u64 node_left, node_right, node_size;
};

/* Kernel memory with a vCPU in it, as far as its code can be found by it. */
struct fake_kvm {
	__u8 vcpu[FAKE_SIZE]; /* first: at the base */
	__u8 kvm[FAKE_SIZE];
	__u8 slots[4096];
	__u8 slot[FAKE_SLOTS][4096];
};

/* An access of L1's: which of the CPU's registers held the field, and how that is known. */
struct sites_case {
	__u64 cr3, end, start, now;
	__u32 looked; /* not only compared */
	__u32 unknown, field, write, memory, len;
};

#endif
