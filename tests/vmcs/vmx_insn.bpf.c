// SPDX-License-Identifier: GPL-2.0-only
/* The decoder as the kernel's verifier and JIT take it. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "tests/vmcs/vmx_insn_case.h"

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
int decode(struct vmx_insn_case *c)
{
	struct np_code code = c->code;
	struct np_vmx_insn insn;

	np_vmx_decode(&code, &insn);
	c->insn = insn;
	return 0;
}
