/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the programs fit the running kernel: asked of its BTF, never of its
 * version, for stable kernels change tracepoints in mid-series.
 */
#ifndef NESTPROF_BTF_PROBE_H
#define NESTPROF_BTF_PROBE_H

#include <stdbool.h>

#include "bpf/events.h"
#include "bpf/offsets.h"

struct btf;

/* Where to look. A module that is built in, or not there, is NULL. */
struct kvm_btf {
	char release[65]; /* for messages */
	bool amd;	  /* kvm_amd is loaded */
	bool intel;	  /* kvm_intel is loaded */
	struct btf *vmlinux;
	struct btf *kvm;
	struct btf *vendor; /* of kvm_intel or kvm_amd */
};

int kvm_btf_open(struct kvm_btf *b);
void kvm_btf_close(struct kvm_btf *b);

/* How a program comes to the exit reason; bpf/reason.bpf.h explains the last three. */
enum reason_way { REASON_IS_ARGUMENT, REASON_BY_CAST, REASON_BY_KPTR, REASON_BY_READ };

/* What differs between kernels that the programs can run on. */
struct kvm_hooks {
	enum np_isa isa; /* of the KVM that is loaded */
	bool by_address; /* by raw tracepoints and offsets; the session's choice, where it can */
	bool unchecked;	       /* KVM's modules have no BTF: raw tracepoints and a probe */
	bool exit_has_reason;  /* kvm_exit is (exit_reason, vcpu, isa), not (vcpu, isa) */
	bool vmenter_is_event; /* else hook nested_vmx_enter_non_root_mode() */
	enum reason_way reason;
	bool infers; /* vmcs12 or vmcb02 tells what L1 was given: no hooks (bpf/infer.bpf.h) */
	bool tells_level; /* struct kvm_vcpu tells whether L2 runs */
	bool has_halt; /* ... and this function that L1 had L2 begin halted */
	/* What only costs its own column when it is not there. */
	bool has_entry;		/* tracepoint kvm_entry: no times without it */
	bool has_sync[NP_SYNCS]; /* the functions that enum np_sync names */
	bool has_failed;       /* tracepoint kvm_nested_vmenter_failed, as far as is known */
	bool has_accesses; /* L1's registers and memory: which VMCS fields it accesses */
	bool has_start;	   /* ... and vmx_cache_reg(), which tells where an instruction begins */
	bool vcpu_destroy;     /* kvm_arch_vcpu_destroy() can be hooked */
	struct np_offsets at;
};

/*
 * Fills in `h`, or fail()s with NP_EXIT_NO_BTF, naming the hook or field that
 * this kernel lacks.
 */
int kvm_btf_judge(const struct kvm_btf *b, struct kvm_hooks *h);

#endif
