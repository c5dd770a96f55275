/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which VMCS fields L1 accesses with an exit. At the exit L1's registers are saved; at
 * the entry after it KVM has its instruction pointer, past the instruction, whose bytes
 * say which register named the field. Each site is decoded once, and again when its
 * bytes change. A vCPU's sites and rows are its own: its programs never run beside each
 * other, so that what was claimed needs no atomic operations.
 */
#ifndef NESTPROF_FIELDS_BPF_H
#define NESTPROF_FIELDS_BPF_H

#include "bpf/fields.h"
#include "bpf/guest_memory.bpf.h"
#include "bpf/l1_log.h"

#define ARRAY_OF(name, max, type_of_value)                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(max_entries, max);                                                          \
		__type(key, __u32);                                                                \
		__type(value, type_of_value);                                                      \
	} name SEC(".maps")

ARRAY_OF(access_rows, NP_MAX_ACCESS_ROWS, struct np_access_row);
ARRAY_OF(sites, NP_MAX_SITES, struct np_site);

#define REG_RIP 16
#define EFER_LMA (1 << 10)
#define WAYS 8 /* how many places there are for what has the same hash */
#define GOLDEN 0x9e3779b97f4a7c15ull
#define EAGER 1024 /* accesses after a new row: then all that L1 does often was there */
#define WALK_NS 100000000ull /* L1 may have put another page there */
#define WAIT_MIN_NS 1000000ull
#define WAIT_MAX_NS 1000000000ull

/* Sites of which it is not known where they begin: user space puts learn_start in. */
__u32 unclear;

static __always_inline bool is_access(__u32 reason)
{
	return reason == NP_VMX_VMREAD || reason == NP_VMX_VMWRITE;
}

static __always_inline __u64 rip_of(struct kvm_vcpu *vcpu)
{
	if (bpf_core_field_exists(struct kvm_vcpu___rip, arch.rip))
		return ((struct kvm_vcpu___rip *)vcpu)->arch.rip;
	return ((struct kvm_vcpu___array *)vcpu)->arch.regs[REG_RIP];
}

/* KVM has read the instruction pointer since the exit. */
static __always_inline bool rip_is_known(struct kvm_vcpu *vcpu)
{
	if (bpf_core_field_exists(struct kvm_vcpu___rip, arch.rip))
		return ((struct kvm_vcpu___rip *)vcpu)->arch.regs_avail[0] >> REG_RIP & 1;
	return ((struct kvm_vcpu___array *)vcpu)->arch.regs_avail >> REG_RIP & 1;
}

/* ... and has changed it: L1 is past the instruction. */
static __always_inline bool rip_was_moved(struct kvm_vcpu *vcpu)
{
	if (bpf_core_field_exists(struct kvm_vcpu___rip, arch.rip))
		return ((struct kvm_vcpu___rip *)vcpu)->arch.regs_dirty[0] >> REG_RIP & 1;
	return ((struct kvm_vcpu___array *)vcpu)->arch.regs_dirty >> REG_RIP & 1;
}

/* One by one: libbpf relocates no access to an array by way of a loop. */
static __always_inline void save_registers(struct np_access_state *a, struct kvm_vcpu *vcpu)
{
#define SAVE(i) a->regs[i] = vcpu->arch.regs[i]
	SAVE(0), SAVE(1), SAVE(2), SAVE(3), SAVE(4), SAVE(5), SAVE(6), SAVE(7);
	SAVE(8), SAVE(9), SAVE(10), SAVE(11), SAVE(12), SAVE(13), SAVE(14), SAVE(15);
#undef SAVE
}

/* Each while something is new, then one of 16: a clock costs as much as all the rest. */
static __always_inline bool is_timed(struct np_access_state *a)
{
	if (a->eager) {
		a->eager--;
		return true;
	}
	a->dice = a->dice * 1664525 + 1013904223;
	return a->dice >> 28 == 0;
}

/* kvm_exit, after the state machine has seen it. */
static __noinline int access_begins(struct kvm_vcpu *vcpu, struct np_vcpu *v, __u32 reason)
{
	struct np_access_state *a = &v->access;

	if (!vcpu || v->level != NP_LEVEL_L1)
		return 0;
	save_registers(a, vcpu);
	a->start = rip_is_known(vcpu) ? rip_of(vcpu) : 0;
	a->reason = reason;
	a->began = is_timed(a) ? bpf_ktime_get_ns() : 0;
	return 0;
}

/* One of the rows that may be this one's: it, or a free one; NULL when all are others'. */
static __always_inline struct np_access_row *row_at(__u32 index, __u32 who, __u64 address,
						    __u64 field)
{
	struct np_access_row *row = bpf_map_lookup_elem(&access_rows, &index);

	if (!row)
		return NULL;
	if (!row->who && !__sync_val_compare_and_swap(&row->who, 0, who)) {
		row->address = address;
		row->field = field;
		vcpu_of(who & 0xffff)->access.eager = EAGER;
		return row;
	}
	return row->who == who && row->address == address && row->field == field ? row : NULL;
}

static __noinline int search_row(__u32 who, __u64 address, __u64 field)
{
	__u64 hash = (address ^ (field << 32) ^ who * GOLDEN) * GOLDEN >> 32;

	for (__u32 i = 0; i < WAYS; i++) {
		__u32 index = (hash + i) & (NP_MAX_ACCESS_ROWS - 1);

		if (row_at(index, who, address, field))
			return index;
	}
	return -1;
}

/* `hint`: the row that it was the last time, and most likely is. */
static __always_inline struct np_access_row *find_row(__u32 *hint, __u32 who, __u64 address,
						      __u64 field)
{
	__u32 index = *hint;
	struct np_access_row *row = bpf_map_lookup_elem(&access_rows, &index);

	if (row && row->who == who && row->field == field && row->address == address)
		return row;
	index = search_row(who, address, field);
	row = bpf_map_lookup_elem(&access_rows, &index);
	if (row)
		*hint = index;
	return row;
}

static __always_inline __u32 who_of(const struct np_vcpu *v, __u32 kind)
{
	return v->shared_row | (__u32)v->handling << 16 | kind << 24;
}

static __always_inline int count(struct np_access_state *a, struct np_access_row *row)
{
	if (!row) {
		a->full++;
		return 0;
	}
	if (a->began) {
		row->ns += bpf_ktime_get_ns() - a->began;
		row->timed++;
	}
	row->count++;
	return 0;
}

/* What is in front of site->end now. */
static __always_inline int read_window(const struct np_site *s, struct np_window *w)
{
	__u32 n = ((s->end - 1) & (PAGE - 1)) + 1; /* bytes that are on the last page */
	struct np_window first = { 0 }, second = { 0 };

	w->have = NP_WINDOW;
	if (s->at)
		return bpf_probe_read_user(w->byte, NP_WINDOW, (void *)s->at);
	if (bpf_probe_read_user(second.byte, NP_WINDOW, (void *)s->page))
		return -1;
	if (s->before && bpf_probe_read_user(first.byte, NP_WINDOW,
					     (void *)(s->before + PAGE - NP_WINDOW)))
		return -1;
	*w = np_window_join(&first, &second, n);
	w->have = s->before ? NP_WINDOW : n;
	return 0;
}

static __always_inline enum np_unknown find_pages(struct np_site *s, __u64 vcpu)
{
	__u64 last = s->end - 1;

	s->before = 0;
	s->page = page_of_address(vcpu, s->cr3, last);
	if (s->page < PAGE)
		return s->page;
	s->page &= -PAGE;
	s->at = 0;
	if ((last & (PAGE - 1)) >= NP_WINDOW - 1)
		s->at = s->page + (last & (PAGE - 1)) - (NP_WINDOW - 1);
	else
		s->before = page_of_address(vcpu, s->cr3, last - PAGE) & -PAGE;
	return NP_KNOWN;
}

static __always_inline enum np_unknown decode(struct np_site *s, __u64 start)
{
	struct np_vmx_insn insn = { 0 };
	struct np_window w = s->window;
	enum np_site_state state;

	s->len = 0;
	state = start ? np_site_known(&w, s->end - start, &insn) : np_site_alone(&w, &insn);
	if (state != NP_SITE_FOUND)
		return state == NP_SITE_UNCLEAR ? NP_UNKNOWN_START : NP_UNKNOWN_BYTES;
	s->len = insn.len;
	s->field = insn.field;
	s->kind = (insn.kind == NP_VMX_WRITE ? NP_ACCESS_WRITE : 0) |
		  (insn.reg == NP_REG_NONE ? NP_ACCESS_MEMORY : 0);
	return NP_KNOWN;
}

static __always_inline bool is_same(const struct np_site *s, const struct np_window *w)
{
	return w->lo == s->window.lo && w->hi == s->window.hi;
}

static __always_inline enum np_unknown try_site(struct np_site *s, __u64 vcpu, __u64 start)
{
	struct kvm_vcpu *v = (void *)vcpu;
	struct np_window w;
	enum np_unknown why;

	if (!(BPF_CORE_READ(v, arch.efer) & EFER_LMA))
		return NP_UNKNOWN_MODE;
	why = find_pages(s, vcpu);
	if (why)
		return why;
	if (read_window(s, &w))
		return NP_UNKNOWN_UNREADABLE;
	if (s->len && is_same(s, &w))
		return NP_KNOWN;
	s->window = w;
	return decode(s, start);
}

/* A site that is new, has other bytes, or may be another page. Verified once. */
__noinline int look_at_site(__u32 index, __u64 vcpu, __u64 start, __u64 now)
{
	struct np_site *s = bpf_map_lookup_elem(&sites, &index);
	__u8 was, is;

	if (!s)
		return 0;
	was = s->unknown;
	is = try_site(s, vcpu, start);
	if (was == NP_UNKNOWN_START && is != was)
		__sync_fetch_and_add(&unclear, -1);
	if (is == NP_UNKNOWN_START && is != was)
		__sync_fetch_and_add(&unclear, 1);
	s->wait = !is ? WALK_NS : !was || s->wait >= WAIT_MAX_NS ? WAIT_MIN_NS : 2 * s->wait;
	s->checked = now;
	s->unknown = is;
	return 0;
}

static __noinline int has_changed_on_two_pages(const struct np_site *s)
{
	struct np_window w;

	return !s || read_window(s, &w) || !is_same(s, &w);
}

static __always_inline bool has_changed(const struct np_site *s)
{
	struct np_window w;

	if (!s->at)
		return has_changed_on_two_pages(s);
	return bpf_probe_read_user(w.byte, NP_WINDOW, (void *)s->at) || !is_same(s, &w);
}

static __always_inline bool must_look(const struct np_site *s, const struct np_access_state *a)
{
	if (a->began && a->began - s->checked > s->wait)
		return true;
	return s->unknown ? s->unknown == NP_UNKNOWN_START && a->start : has_changed(s);
}

static __noinline int search_site(__u32 slot, __u64 cr3, __u64 end, __u32 hash)
{
	for (__u32 i = 0; i < WAYS; i++) {
		__u32 index = (hash + i) & (NP_MAX_SITES - 1);
		struct np_site *s = bpf_map_lookup_elem(&sites, &index);

		if (!s)
			return -1;
		if (s->slot == slot && s->end == end && s->cr3 == cr3)
			return index;
		if (!s->slot && !__sync_val_compare_and_swap(&s->slot, 0, slot)) {
			s->end = end;
			s->cr3 = cr3;
			return index;
		}
	}
	return -1;
}

/* Where it is most likely is looked at first. */
static __always_inline struct np_site *find_site(struct np_vcpu *v, __u64 cr3, __u64 end,
						 __u32 *index)
{
	__u32 slot = v->shared_row, hash = (end ^ cr3 >> 12 ^ slot << 8) * (__u32)GOLDEN >> 16;
	struct np_site *s;

	*index = hash & (NP_MAX_SITES - 1);
	s = bpf_map_lookup_elem(&sites, index);
	if (s && s->end == end && s->cr3 == cr3 && s->slot == slot)
		return s;
	*index = search_site(slot, cr3, end, hash);
	return bpf_map_lookup_elem(&sites, index);
}

/* Not past the instruction, or nowhere to remember it. */
static __noinline int count_unknown(struct np_vcpu *v, __u32 unknown, __u64 address)
{
	__u32 kind = unknown << NP_ACCESS_UNKNOWN_SHIFT;
	__u32 none = -1;

	if (v->access.reason == NP_VMX_VMWRITE)
		kind |= NP_ACCESS_WRITE;
	v->access.reason = 0;
	return count(&v->access, find_row(&none, who_of(v, kind), address, 0));
}

static __always_inline int count_site(struct np_vcpu *v, struct np_site *s)
{
	__u32 write = v->access.reason == NP_VMX_VMWRITE ? NP_ACCESS_WRITE : 0;

	if (s->unknown || (s->kind & NP_ACCESS_WRITE) != write)
		return count_unknown(v, s->unknown ?: NP_UNKNOWN_BYTES, s->end);
	v->access.reason = 0;
	return count(&v->access, find_row(&s->row, who_of(v, s->kind), s->end - s->len,
					  v->access.regs[s->field & 15]));
}

/* kvm_entry: the access is done. */
static __noinline int access_ends(struct kvm_vcpu *vcpu, struct np_vcpu *v)
{
	struct np_access_state *a = &v->access;
	struct np_site *s;
	__u32 index;

	if (!vcpu)
		return 0;
	if (!rip_was_moved(vcpu))
		return count_unknown(v, NP_UNKNOWN_FAULTED, 0);
	s = find_site(v, vcpu->arch.cr3 & FRAME, rip_of(vcpu), &index);
	if (!s)
		return count_unknown(v, NP_UNKNOWN_FULL, rip_of(vcpu));
	if (must_look(s, a))
		look_at_site(index, v->key, a->start, a->began);
	return count_site(v, s);
}

static __always_inline int on_entry_of_access(struct kvm_vcpu *vcpu, struct np_vcpu *v)
{
	return v && v->access.reason ? access_ends(vcpu, v) : 0;
}

static __noinline int access_entry_without_seat(struct kvm_vcpu *vcpu)
{
	return vcpu ? on_entry_of_access(vcpu, find_vcpu((__u64)vcpu)) : 0;
}

SEC("?tp_btf/kvm_entry")
int BPF_PROG(entry_access, struct kvm_vcpu *vcpu)
{
	struct np_seat *seat = seat_of((__u64)vcpu);

	if (seat->key == (__u64)vcpu)
		return on_entry_of_access(vcpu, vcpu_at(seat->at));
	if (seat->key - NP_UNWANTED == (__u64)vcpu)
		return 0;
	return access_entry_without_seat(vcpu);
}

/* KVM reads the instruction pointer, to move it: it is at the instruction's start. */
SEC("?fexit/vmx_cache_reg")
int BPF_PROG(learn_start, struct kvm_vcpu *vcpu, int reg)
{
	struct np_seat *seat;
	struct np_vcpu *v;

	if (reg != REG_RIP || !vcpu)
		return 0;
	seat = seat_of((__u64)vcpu);
	v = seat->key == (__u64)vcpu ? vcpu_at(seat->at) : NULL;
	if (v && v->access.reason && !v->access.start)
		v->access.start = rip_of(vcpu);
	return 0;
}

#endif
