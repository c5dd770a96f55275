/* SPDX-License-Identifier: GPL-2.0-only */
/* How functions of headers are compiled that BPF and C share. */
#ifndef NESTPROF_INLINE_H
#define NESTPROF_INLINE_H

#define np_inline static inline __attribute__((always_inline))

/*
 * base + offset, added up in the offset's register: clang would add it to the base's, and
 * keep another copy of that, from the beginning on.
 */
np_inline void *np_at(void *base, unsigned long offset)
{
#ifdef __bpf__
	asm("%0 += %1" : "+r"(offset) : "r"(base));
	return (void *)offset;
#else
	return (char *)base + offset;
#endif
}

/* v->array[i], by np_at(). */
#define np_element(v, array, i)                                                                    \
	(*(__typeof__((v)->array[0]) *)                                                            \
	 ((char *)np_at(v, (i) * (__u32)sizeof((v)->array[0])) +                                   \
	  __builtin_offsetof(__typeof__(*(v)), array)))

/* What few events need stays out of the way, and of the registers, of the others. */
#ifdef __bpf__
#define np_aside static __attribute__((noinline))
#else
#define np_aside static inline
#endif

#endif
