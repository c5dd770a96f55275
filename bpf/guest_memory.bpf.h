/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's memory, from a hook on the thread that runs its vCPU: from its virtual
 * address, by its page tables, to a physical one, and by the VM's memory slots to one
 * of the process. All of it may change meanwhile, or be garbage where CR3 is stale:
 * what is read must be checked.
 */
#ifndef NESTPROF_GUEST_MEMORY_BPF_H
#define NESTPROF_GUEST_MEMORY_BPF_H

#include "bpf/fields.h"
#include "bpf/kvm_types.bpf.h"

#define PAGE 4096ull
#define FRAME 0x000ffffffffff000ull
#define PTE_PRESENT 1
#define PTE_LARGE (1 << 7)
#define CR4_LA57 (1 << 12)

#define MAX_TREE_DEPTH 32

/* A function of its own is verified once, wherever it is called. 0: no memory is there. */
__noinline __u64 memory_of_frame(__u64 memslots, __u64 gfn)
{
	struct kvm_memslots *slots = (void *)memslots;
	__u32 which = BPF_CORE_READ(slots, node_idx) & 1;
	__u64 at = bpf_core_field_offset(struct kvm_memory_slot, gfn_node) +
		   which * bpf_core_type_size(struct rb_node);
	struct rb_node *node = BPF_CORE_READ(slots, gfn_tree.rb_node);

	for (int i = 0; node && i < MAX_TREE_DEPTH; i++) {
		struct kvm_memory_slot *slot = (void *)node - at;
		__u64 in = gfn - BPF_CORE_READ(slot, base_gfn);

		if ((__s64)in < 0) {
			node = BPF_CORE_READ(node, rb_left);
			continue;
		}
		if (in < BPF_CORE_READ(slot, npages))
			return BPF_CORE_READ(slot, userspace_addr) + in * PAGE;
		node = BPF_CORE_READ(node, rb_right);
	}
	return 0;
}

/* The page of the process that `address` is on; less than a page: enum np_unknown. */
__noinline __u64 page_of_address(__u64 vcpu, __u64 cr3, __u64 address)
{
	struct kvm_vcpu *v = (void *)vcpu;
	__u64 slots = (__u64)BPF_CORE_READ(v, kvm, memslots[0]), page, entry = cr3;
	__u32 shift = BPF_CORE_READ(v, arch.cr4) & CR4_LA57 ? 48 : 39;

	for (int i = 0; i < 5; i++) {
		page = memory_of_frame(slots, (entry & FRAME) / PAGE);
		if (!page)
			return NP_UNKNOWN_UNMAPPED;
		if (bpf_probe_read_user(&entry, sizeof(entry),
					(void *)page + (address >> shift & 0x1ff) * sizeof(entry)))
			return NP_UNKNOWN_UNREADABLE;
		if (!(entry & PTE_PRESENT))
			return NP_UNKNOWN_UNMAPPED;
		if (shift == 12 || (shift <= 30 && entry & PTE_LARGE))
			break;
		shift -= 9;
	}
	entry &= FRAME & -(1ull << shift);
	entry |= address & ((1ull << shift) - 1);
	page = memory_of_frame(slots, entry / PAGE);
	return page ?: NP_UNKNOWN_UNMAPPED;
}

#endif
