// SPDX-License-Identifier: GPL-2.0-only
/* Where L1's instructions are looked for, over a vCPU that is made up. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/evmcs.bpf.h"
#include "bpf/sites.bpf.h"
#include "tests/vmcs/sites_case.h"

char LICENSE[] SEC("license") = "GPL";

struct fake_kvm fake;
struct np_access_state access;
struct sites_offsets offsets;
struct sites_case that;

SEC("syscall")
int tell_offsets(void *ctx)
{
	struct sites_offsets *o = &offsets;

	(void)ctx;
	o->base = (__u64)&fake;
	o->vcpu_kvm = bpf_core_field_offset(struct kvm_vcpu, kvm);
	o->vcpu_cr4 = bpf_core_field_offset(struct kvm_vcpu, arch.cr4);
	o->vcpu_efer = bpf_core_field_offset(struct kvm_vcpu, arch.efer);
	o->kvm_memslots = bpf_core_field_offset(struct kvm, memslots);
	o->slots_tree = bpf_core_field_offset(struct kvm_memslots, gfn_tree.rb_node);
	o->slots_idx = bpf_core_field_offset(struct kvm_memslots, node_idx);
	o->slot_node = bpf_core_field_offset(struct kvm_memory_slot, gfn_node);
	o->slot_gfn = bpf_core_field_offset(struct kvm_memory_slot, base_gfn);
	o->slot_pages = bpf_core_field_offset(struct kvm_memory_slot, npages);
	o->slot_hva = bpf_core_field_offset(struct kvm_memory_slot, userspace_addr);
	o->node_left = bpf_core_field_offset(struct rb_node, rb_left);
	o->node_right = bpf_core_field_offset(struct rb_node, rb_right);
	o->node_size = bpf_core_type_size(struct rb_node);
	return 0;
}

__u32 evmcs;

SEC("syscall")
int see_evmcs(void *ctx)
{
	(void)ctx;
	evmcs = has_evmcs(offsets.base);
	return 0;
}

SEC("syscall")
int access_site(void *ctx)
{
	struct sites_case *c = &that;
	struct np_site *s = find_site(1, c->cr3, c->end);

	(void)ctx;
	fields_talk.now = c->now;
	access.start = c->start;
	if (!s)
		return 1;
	c->looked = must_look(s, &access);
	if (c->looked)
		look_at_site(s->index, offsets.base, c->start, c->now);
	c->unknown = s->unknown;
	c->field = s->field;
	c->len = s->len;
	c->write = !!(s->kind & NP_ACCESS_WRITE);
	c->memory = !!(s->kind & NP_ACCESS_MEMORY);
	return 0;
}
