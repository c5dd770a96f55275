/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries into L2 that failed, counted by cause: the key of the programs' map. */
#ifndef NESTPROF_FAILURES_H
#define NESTPROF_FAILURES_H

#ifndef __VMLINUX_TYPES__
#include <linux/types.h>
#endif

#define NP_MAX_FAILURES 256 /* causes, of all vCPUs */
#define NP_FAILURE_WHY 148  /* KVM's text, and its 0; what is longer is cut */

/*
 * What L1 was told: an exit reason (with the bit that says that entry failed), or
 * a VM-instruction error, or one of these.
 */
#define NP_FAILED_EXIT (1u << 31)
#define NP_FAILED_UNKNOWN 0 /* this kernel does not let us see */
#define NP_FAILED_INVALID 0x10000 /* VMfailInvalid, which has no number */

struct np_failure {
	__u32 slot; /* of the vCPU, from 1 */
	__u32 outcome;
	__u32 err; /* that KVM's tracepoint gave; mostly 0 */
	char why[NP_FAILURE_WHY]; /* KVM's text: the check that failed; "" for none; zero after */
};

/* What KVM said of the entry that a vCPU attempts. */
struct np_said {
	__u64 why; /* the address of its text; 0: it said nothing */
	__u32 err;
	__u32 exits; /* it had gone so far that L1 will be given an exit */
};

_Static_assert(sizeof(struct np_failure) == 160, "BPF and C disagree");

#endif
