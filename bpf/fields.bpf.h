/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which VMCS fields L1 accesses with an exit. At the exit L1's registers are saved; from
 * the entry after it on KVM has its instruction pointer, past the instruction, whose bytes
 * say which register named the field. Each site is decoded once, and again when its
 * bytes change. A vCPU's sites and rows are its own: its programs never run beside each
 * other, so that what was claimed needs no atomic operations.
 *
 * At the next exit KVM still has that instruction pointer, for it reads the new one when
 * it first needs it. So no hook on entries is needed to look there, but for the time; and
 * where somebody else's hook on kvm_exit reads the new one before ours can look.
 *
 * Before this is included, besides what bpf/slots.bpf.h asks for: access_of() is a slot's
 * access under way, number_of() its number, runs_l1() whether its last exit was L1's, and
 * handled_by() which exit of L2 it handles, as far as that is known here; was_access() is
 * given the row of each access, or NULL where there was no room.
 */
#ifndef NESTPROF_FIELDS_BPF_H
#define NESTPROF_FIELDS_BPF_H

#include "bpf/evmcs.bpf.h"
#include "bpf/fields.h"
#include "bpf/sites.bpf.h"

ARRAY_OF(access_rows, NP_MAX_ACCESS_ROWS, struct np_access_row);

#define REG_RIP 16
#define LOOK_EVERY 16 /* accesses */
#define EVMCS_EVERY 64 /* entries */
#define EAGER 1024 /* accesses after a new row: then all that L1 does often was there */

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

/*
 * One by one: libbpf relocates no access to an array by way of a loop. The stack pointer
 * KVM has only once it has read it.
 */
static __always_inline void save_registers(struct np_access_state *a, struct kvm_vcpu *vcpu)
{
#define SAVE(i) a->regs[i] = vcpu->arch.regs[i]
	SAVE(0), SAVE(1), SAVE(2), SAVE(3), SAVE(5), SAVE(6), SAVE(7);
	SAVE(8), SAVE(9), SAVE(10), SAVE(11), SAVE(12), SAVE(13), SAVE(14), SAVE(15);
#undef SAVE
}

/* Where the instruction begins, if KVM has looked already: for somebody else's hook. */
static __always_inline __u64 start_by_others(struct kvm_vcpu *vcpu)
{
	if (!rip_is_known(vcpu))
		return 0;
	fields_talk.overtaken = 1;
	return rip_of(vcpu);
}

/* kvm_exit, after the state machine has seen it. */
static __noinline int access_begins(struct kvm_vcpu *vcpu, SLOT *v, __u32 reason)
{
	struct np_access_state *a = access_of(v);

	if (!vcpu || !runs_l1(v))
		return 0;
	save_registers(a, vcpu);
	if (a->eager)
		a->eager--;
	a->start = start_by_others(vcpu);
	a->reason = reason;
	a->began = fields_talk.timing ? bpf_ktime_get_ns() : 0;
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
		access_of(vcpu_of(who & 0xffff))->eager = EAGER;
		access_of(vcpu_of(who & 0xffff))->rows++;
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

static __always_inline __u32 who_of(const SLOT *v, __u32 kind)
{
	return number_of(v) | (__u32)handled_by(v) << 16 | kind << 24;
}

/* Not past the instruction, or nowhere to remember it. */
static __noinline int count_unknown(SLOT *v, __u32 unknown, __u64 address)
{
	struct np_access_state *a = access_of(v);
	struct np_access_row *row;
	__u32 kind = unknown << NP_ACCESS_UNKNOWN_SHIFT;
	__u32 none = -1;

	if (a->reason == NP_VMX_VMWRITE)
		kind |= NP_ACCESS_WRITE;
	a->reason = 0;
	row = find_row(&none, who_of(v, kind), address, 0);
	return was_access(v, row, none);
}

static __always_inline int count_site(SLOT *v, struct np_site *s)
{
	struct np_access_state *a = access_of(v);
	struct np_access_row *row;
	__u32 write = a->reason == NP_VMX_VMWRITE ? NP_ACCESS_WRITE : 0, index;

	if (s->unknown || (s->kind & NP_ACCESS_WRITE) != write)
		return count_unknown(v, s->unknown ?: NP_UNKNOWN_BYTES, s->end);
	a->reason = 0;
	row = find_row(&s->row, who_of(v, s->kind), s->end - s->len, a->regs[s->field & 15]);
	index = s->row;
	if (s->field == NP_REG_RSP)
		s->row = NP_MAX_ACCESS_ROWS; /* not among the registers that are saved */
	return was_access(v, row, index);
}

/*
 * As it was the last time: the register holds the same encoding. Then the bytes need not
 * be looked at, for they would have to have changed and it be no other field by chance;
 * nevertheless one of LOOK_EVERY is, and all are while something is new.
 */
static __always_inline struct np_access_row *row_as_usual(SLOT *v, const struct np_site *s)
{
	struct np_access_state *a = access_of(v);
	__u32 index = s->row, wanted = s->kind & NP_ACCESS_WRITE ? NP_VMX_VMWRITE : NP_VMX_VMREAD;
	struct np_access_row *row = bpf_map_lookup_elem(&access_rows, &index);

	if (!row || a->eager || a->reason != wanted || a->unlooked >= LOOK_EVERY - 1)
		return NULL;
	a->unlooked++;
	if (row->field != a->regs[s->field & 15] || row->who != who_of(v, s->kind) ||
	    row->address != s->end - s->len)
		return NULL;
	return row;
}

/* What is not as usual, or not known to be. */
static __noinline int count_otherwise(struct kvm_vcpu *vcpu, SLOT *v, struct np_site *s)
{
	struct np_access_state *a = access_of(v);

	if (!vcpu || !s)
		return 0;
	a->unlooked = 0;
	if (must_look(s, a))
		look_at_site(s->index, v->key, a->start, now_of(a));
	if (s->field == NP_REG_RSP)
		a->regs[NP_REG_RSP] = vcpu->arch.regs[NP_REG_RSP];
	return count_site(v, s);
}

/* L1's instruction pointer is that past the instruction. */
static __always_inline int access_done(struct kvm_vcpu *vcpu, SLOT *v)
{
	struct np_access_state *a = access_of(v);
	struct np_site *s = find_site(number_of(v), vcpu->arch.cr3 & FRAME, rip_of(vcpu));
	struct np_access_row *row;

	if (!s)
		return count_unknown(v, NP_UNKNOWN_FULL, rip_of(vcpu));
	row = is_to_be_checked(s, a) ? NULL : row_as_usual(v, s);
	if (!row)
		return count_otherwise(vcpu, v, s);
	a->reason = 0;
	return was_access(v, row, s->row);
}

/* Then L1 accesses what is in there without exits, and nothing of it is counted. */
static __noinline int look_for_evmcs(struct kvm_vcpu *vcpu, SLOT *v)
{
	if (has_evmcs((__u64)vcpu))
		access_of(v)->evmcs = 1;
	return 0;
}

/* kvm_entry: the access ends. */
static __always_inline int on_entry_of_access(struct kvm_vcpu *vcpu, SLOT *v)
{
	struct np_access_state *a = v ? access_of(v) : NULL;

	if (!a || !vcpu)
		return 0;
	if (!a->reason)
		return ++a->entries % EVMCS_EVERY ? 0 : look_for_evmcs(vcpu, v);
	if (!rip_was_moved(vcpu))
		return count_unknown(v, NP_UNKNOWN_FAULTED, 0);
	return access_done(vcpu, v);
}

/* Not to take one: a vCPU's first exit is to be without, for there others are looked for. */
static __noinline int access_entry_without_seat(struct kvm_vcpu *vcpu)
{
	return vcpu ? on_entry_of_access(vcpu, known_vcpu((__u64)vcpu)) : 0;
}

SEC("?tp_btf/kvm_entry")
int BPF_PROG(entry_access, struct kvm_vcpu *vcpu)
{
	struct np_seat *seat = seat_of((__u64)vcpu);

	if (is_seat_of(seat, (__u64)vcpu))
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
	struct np_access_state *a;

	if (reg != REG_RIP || !vcpu)
		return 0;
	seat = seat_of((__u64)vcpu);
	if (!is_seat_of(seat, (__u64)vcpu))
		return 0;
	a = access_of(vcpu_at(seat->at));
	if (a->reason && !a->start)
		a->start = rip_of(vcpu);
	return 0;
}

#endif
