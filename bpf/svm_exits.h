/* SPDX-License-Identifier: GPL-2.0-only */
/* From SVM's exit codes to the indexes that they are counted under. */
#ifndef NESTPROF_SVM_EXITS_H
#define NESTPROF_SVM_EXITS_H

#include "bpf/events.h"

/* Codes below this are looked up; few are beyond: nested paging's and the AVIC's. */
#define NP_SVM_LOW 0x100
#define NP_SVM_HIGH 0x400
#define NP_SVM_HIGHS 4
#define NP_SVM_INVALID 0xffffffff

#define SVM_SLOT(code)                                                                             \
	((code) < NP_SVM_LOW ? (code)                                                              \
	 : (code) == NP_SVM_INVALID ? NP_SVM_LOW + NP_SVM_HIGHS                                    \
				    : NP_SVM_LOW + ((code) & (NP_SVM_HIGHS - 1)))

/* Index + 1; 0: a code without one. */
static const __u8 np_svm_indexes[NP_SVM_LOW + NP_SVM_HIGHS + 1] = {
#define SVM_EXIT(index, code, name) [SVM_SLOT(code)] = (index) + 1,
#include "bpf/svm_exits.def"
#undef SVM_EXIT
};

static inline __attribute__((always_inline)) __u32 np_svm_index(__u32 code)
{
	__u32 slot, index;

	if (code < NP_SVM_LOW)
		slot = code;
	else if (code - NP_SVM_HIGH < NP_SVM_HIGHS)
		slot = NP_SVM_LOW + code - NP_SVM_HIGH;
	else if (code == NP_SVM_INVALID)
		slot = NP_SVM_LOW + NP_SVM_HIGHS;
	else
		return NP_REASON_OTHER;
	index = np_svm_indexes[slot];
	return index ? index - 1 : NP_REASON_OTHER;
}

#endif
