// SPDX-License-Identifier: GPL-2.0-only
/* A program that does nothing: what any collector on this hook pays at least. */
#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/kvm_exit")
int empty(void *ctx)
{
	(void)ctx;
	return 0;
}
