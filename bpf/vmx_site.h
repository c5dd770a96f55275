/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the VMREAD or VMWRITE that ends at an address: pure, compiled into BPF and
 * into C. That is where L1's instruction pointer is once L0 has done the access.
 *
 * Where it begins, the bytes before its end do not always tell: a prefix may be the
 * last byte of the instruction before it, and a displacement may hold what looks like
 * the instruction itself. Then nothing is guessed: who knows the start has to tell.
 */
#ifndef NESTPROF_VMX_SITE_H
#define NESTPROF_VMX_SITE_H

#include "bpf/vmx_insn.h"

#define NP_WINDOW 16 /* bytes: the longest instruction, and the one before it */
#define NP_VMX_SHORTEST 3

/* Bytes before an address, the last `have` of them; what is not there is 0. */
struct np_window {
	union {
		__u8 byte[NP_WINDOW]; /* the last one is that before the address */
		struct {
			__u64 lo, hi;
		};
	};
	__u32 have;
};

/* What is on both sides of the start of a page, of which the last `n` bytes are in the second. */
np_inline struct np_window np_window_join(const struct np_window *first,
					  const struct np_window *second, __u32 n)
{
	__u64 low = n < 8 ? first->lo : first->hi;
	__u64 middle = n < 8 ? first->hi : second->lo;
	__u64 high = n < 8 ? second->lo : second->hi;
	__u32 bits = (n & 7) * 8;

	if (!bits)
		return (struct np_window){ .lo = low, .hi = middle, .have = NP_WINDOW };
	return (struct np_window){ .lo = low >> bits | middle << (64 - bits),
				   .hi = middle >> bits | high << (64 - bits),
				   .have = NP_WINDOW };
}

enum np_site_state {
	NP_SITE_NONE,	 /* no such instruction ends there */
	NP_SITE_FOUND,
	NP_SITE_UNCLEAR, /* there are several, but for who knows where it begins */
};

/* The last `len` bytes of the window, as code: shifted at once, for each way costs the verifier. */
np_inline struct np_code np_window_code(const struct np_window *w, __u32 len)
{
	__u32 bits = (NP_WINDOW - len) * 8 & 63;
	struct np_code c = { .lo = w->lo, .hi = w->hi, .len = len, .bits = 64 };

	if (len <= 8) {
		c.lo = c.hi;
		c.hi = 0;
	}
	c.lo = c.lo >> bits | c.hi << 1 << (63 - bits);
	c.hi >>= bits;
	return c;
}

/* `start` bytes before its end is where it begins. */
np_inline enum np_site_state np_site_known(const struct np_window *w, __u32 start,
					   struct np_vmx_insn *insn)
{
	struct np_code c;

	if (start < NP_VMX_SHORTEST || start > NP_INSN_MAX || start > w->have)
		return NP_SITE_NONE;
	c = np_window_code(w, start);
	if (np_vmx_decode(&c, insn) < NP_VMX_READ || insn->len != start)
		return NP_SITE_NONE;
	return NP_SITE_FOUND;
}

np_inline bool np_may_be_prefix(__u8 byte)
{
	struct np_prefixes p;

	return np_prefix(&p, byte, 64);
}

/* In BPF a function of numbers alone is verified once, not for each call. */
#ifdef __bpf__
#define np_of_numbers __attribute__((noinline))
np_of_numbers __u64 np_site_bare(__u64 lo, __u64 hi, __u32 len);
#else
#define np_of_numbers static inline
#endif

/*
 * Without prefixes: the code begins with the opcode and must end where the instruction
 * does. 0: it does not. Else kind, and from bits 8, 16 and 24 on length, field, reg.
 */
np_of_numbers __u64 np_site_bare(__u64 lo, __u64 hi, __u32 len)
{
	const struct np_prefixes none = { .segment = NP_SEG_NONE };
	struct np_vmx_insn insn = { 0 };
	__u64 operands = lo >> 16 | hi << 48;
	__u8 kind = lo >> 8 & 1 ? NP_VMX_WRITE : NP_VMX_READ;

	if ((lo & 0xfeff) != 0x780f || 2 + np_operands(&insn, &none, operands, 64) != len)
		return 0;
	return kind | (__u64)len << 8 | (__u64)insn.field << 16 | (__u64)insn.reg << 24;
}

/* The one that must be it, or none. Of `insn` kind, len, field and reg are set. */
np_inline enum np_site_state np_site_alone(const struct np_window *w, struct np_vmx_insn *insn)
{
	struct np_code c = { .lo = w->lo, .hi = w->hi };
	__u64 found = 0;

	for (__u32 len = NP_INSN_MAX; len >= NP_VMX_SHORTEST; len--) {
		__u8 before = c.lo;
		__u64 here;

		np_code_skip(&c);
		here = len <= w->have ? np_site_bare(c.lo, c.hi, len) : 0;
		if (!here)
			continue;
		if (found || len == w->have || np_may_be_prefix(before))
			return NP_SITE_UNCLEAR;
		found = here;
	}
	*insn = (struct np_vmx_insn){ .kind = found, .len = found >> 8, .field = found >> 16,
				      .reg = found >> 24 };
	return found ? NP_SITE_FOUND : NP_SITE_NONE;
}

#endif
