/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's instructions that access its VMCS: each is decoded once, when L0 has just done
 * the access, and again when its bytes change. A vCPU's sites are its own: its programs
 * never run beside each other, so that what was claimed needs no atomic operations.
 */
#ifndef NESTPROF_SITES_BPF_H
#define NESTPROF_SITES_BPF_H

#include "bpf/fields.h"
#include "bpf/guest_memory.bpf.h"

#define ARRAY_OF(name, max, type_of_value)                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(max_entries, max);                                                          \
		__type(key, __u32);                                                                \
		__type(value, type_of_value);                                                      \
	} name SEC(".maps")

ARRAY_OF(sites, NP_MAX_SITES, struct np_site);

#define EFER_LMA (1 << 10)
#define WAYS 8 /* how many places there are for what has the same hash */
#define GOLDEN 0x9e3779b97f4a7c15ull
#define WALK_NS 100000000ull /* L1 may have put another page there */
#define WAIT_MIN_NS 1000000ull
#define WAIT_MAX_NS 1000000000ull

struct np_fields_talk fields_talk;

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
	s->row = NP_MAX_ACCESS_ROWS;
	state = start ? np_site_known(&w, s->end - start, &insn) : np_site_alone(&w, &insn);
	if (state != NP_SITE_FOUND)
		return state == NP_SITE_UNCLEAR ? NP_UNKNOWN_START : NP_UNKNOWN_BYTES;
	if (insn.field == NP_REG_RSP && insn.reg == NP_REG_RSP && insn.kind == NP_VMX_READ)
		return NP_UNKNOWN_BYTES; /* the value is in place of the encoding */
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
		__sync_fetch_and_add(&fields_talk.unclear, -1);
	if (is == NP_UNKNOWN_START && is != was)
		__sync_fetch_and_add(&fields_talk.unclear, 1);
	s->wait = !is ? WALK_NS : !was || s->wait >= WAIT_MAX_NS ? WAIT_MIN_NS : 2 * s->wait;
	s->checked = now;
	s->unknown = is;
	if (is)
		s->row = NP_MAX_ACCESS_ROWS;
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

/* Good enough for a wait. It may be before what it was. */
static __always_inline __u64 now_of(const struct np_access_state *a)
{
	return a->began ?: fields_talk.now;
}

/* L1 may have put another page there; or it was not known, and may be by now. */
static __always_inline bool is_to_be_checked(const struct np_site *s,
					     const struct np_access_state *a)
{
	return (__s64)(now_of(a) - s->checked) > (__s64)s->wait;
}

static __always_inline bool must_look(const struct np_site *s, const struct np_access_state *a)
{
	if (is_to_be_checked(s, a))
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
			s->index = index;
			return index;
		}
	}
	return -1;
}

/* Where it is most likely is looked at first. */
static __always_inline struct np_site *find_site(__u32 slot, __u64 cr3, __u64 end)
{
	__u32 hash = (end ^ cr3 >> 12 ^ slot << 8) * (__u32)GOLDEN >> 16;
	__u32 index = hash & (NP_MAX_SITES - 1);
	struct np_site *s = bpf_map_lookup_elem(&sites, &index);

	if (s && s->end == end && s->cr3 == cr3 && s->slot == slot)
		return s;
	index = search_site(slot, cr3, end, hash);
	return bpf_map_lookup_elem(&sites, &index);
}

#endif
