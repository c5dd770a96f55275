/* SPDX-License-Identifier: GPL-2.0-only */
/* One decoding, asked of the BPF build. */
#ifndef NESTPROF_VMX_INSN_CASE_H
#define NESTPROF_VMX_INSN_CASE_H

#include "bpf/vmx_insn.h"

struct vmx_insn_case {
	struct np_code code;
	struct np_vmx_insn insn; /* the answer */
};

#endif
