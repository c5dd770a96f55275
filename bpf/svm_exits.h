/* SPDX-License-Identifier: GPL-2.0-only */
/* From SVM's exit codes to the indexes that they are counted under. */
#ifndef NESTPROF_SVM_EXITS_H
#define NESTPROF_SVM_EXITS_H

#include "bpf/events.h"

/*
 * Most codes are below 0x100. Beyond are nested paging's and the AVIC's, from 0x400 on, and
 * -1, an entry that the CPU refused.
 */
#define NP_SVM_LOW 0x100
#define NP_SVM_HIGH 0x400
#define NP_SVM_HIGHS 4
#define NP_SVM_INVALID 0xffffffff
#define NP_SVM_SLOTS 0x200 /* a power of two */

#define NP_SVM_SLOT(code)                                                                          \
	(((code) >= NP_SVM_HIGH && (code) < NP_SVM_HIGH + NP_SVM_HIGHS ?                           \
		  (code) - NP_SVM_HIGH + NP_SVM_LOW :                                              \
		  (code)) & (NP_SVM_SLOTS - 1))

/* Indexes ^ NP_REASON_OTHER, so that what is not here, 0, is a code without one. */
static const __u8 np_svm_indexes[NP_SVM_SLOTS] = {
#define SVM_EXIT(index, code, name) [NP_SVM_SLOT(code)] = (index) ^ NP_REASON_OTHER,
#include "bpf/svm_exits.def"
#undef SVM_EXIT
};

static inline __attribute__((always_inline)) __u32 np_svm_index_at(__u32 slot)
{
#ifdef __bpf__
	barrier_var(slot); /* or clang loses the mask that the verifier wants to see */
#endif
	return np_svm_indexes[slot & (NP_SVM_SLOTS - 1)] ^ NP_REASON_OTHER;
}

/* The low codes first, which are nearly all that come: these need no mask. */
static inline __attribute__((always_inline)) __u32 np_svm_index(__u32 code)
{
	if (__builtin_expect(code < NP_SVM_LOW, 1))
		return np_svm_indexes[code] ^ NP_REASON_OTHER;
	if (code - NP_SVM_HIGH >= NP_SVM_HIGHS && code != NP_SVM_INVALID)
		return NP_REASON_OTHER;
	return np_svm_index_at(NP_SVM_SLOT(code));
}

#endif
