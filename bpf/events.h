/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs count, shared by BPF and user space. Everything is
 * per vCPU of L1; user space sums. Counters only ever grow: a window is the
 * difference of two snapshots, and nothing is reset while programs run.
 */
#ifndef NESTPROF_EVENTS_H
#define NESTPROF_EVENTS_H

#ifndef __VMLINUX_TYPES__
#include <linux/types.h>
#endif

/* Instruction sets, as the tracepoints' `isa` argument numbers them. */
enum np_isa { NP_ISA_VMX = 1, NP_ISA_SVM = 2 };

/*
 * Exit reasons are kept as small indexes, 0 .. NP_REASONS - 1. For VMX the
 * index is the basic exit reason itself (SDM vol. 3, appendix C: bits 15:0).
 * What does not fit is counted under the last one, never dropped.
 */
#define NP_REASONS 96
#define NP_REASON_OTHER (NP_REASONS - 1)
#define NP_REASON_NONE 0xff

/*
 * What L1 does about an L2 exit is counted in a row of its own for each exit
 * reason that L1 was given. The last row is shared by the reasons that came
 * after all the others were taken.
 */
#define NP_ROWS 32
#define NP_ROW_SHARED (NP_ROWS - 1)
#define NP_MAX_VCPUS 512 /* a power of two */

/*
 * How many different exits of L1 are held back until its L2 exit is finished.
 * Few are ever seen (six with KVM as L1), and the BPF verifier walks the loop
 * over them: a larger bound is paid at every load.
 */
#define NP_TOUCHED 16

/*
 * What became of L2's exits of one reason. exits - to_l1 - l0_only is what is
 * still open, or was when the hooks were taken out.
 */
struct np_fate {
	__u64 exits;	 /* hardware exits of L2 (kvm_exit while L2 ran) */
	__u64 to_l1;	 /* ... that L0 gave to L1, for this very reason */
	__u64 l0_only;	 /* ... that L0 dealt with by itself */
	/*
	 * Exits that L0 gave to L1 and made itself: the hardware had reported
	 * none, or another one (an EPT violation that is L1's misconfiguration).
	 */
	__u64 synthetic;
	__u64 resumed;	 /* to_l1 + synthetic after which L1 entered L2 again */
};

/* In place of the address of a vCPU that was destroyed: its counters stay. */
#define NP_KEY_GONE 1

enum np_level {
	NP_LEVEL_UNKNOWN, /* the kernel does not tell; go by what was seen */
	NP_LEVEL_L1,
	NP_LEVEL_L2,
};

/* One vCPU of L1, as the state machine (nested_fsm.h) sees it. */
struct np_vcpu {
	__u64 key;  /* address of its struct kvm_vcpu, NP_KEY_GONE; 0: a free slot */
	__u32 tgid; /* the process that runs it */
	__u32 isa;

	/* State. */
	__u8 level;	 /* enum np_level: whose code ran last */
	__u8 open;	 /* reason of the L2 exit whose fate is open, or none */
	__u8 handling;	 /* reason of the L2 exit that L1 is handling, or none */
	__u8 nr_touched; /* how many reasons pending[] holds */
	__u8 nr_rows;	 /* rows handed out so far */
	__u8 pad;
	__u16 vcpu_id;	 /* its number within its VM */
	__u8 touched[NP_TOUCHED];  /* the reasons with pending[] > 0 */
	__u8 row_of[NP_REASONS];   /* reason -> row of caused[] + 1; 0: none yet */
	__u64 pending[NP_REASONS]; /* L1's exits since the L2 exit in handling */

	/* Counters. */
	__u64 entries;	      /* nested entries (kvm_nested_vmenter) */
	__u64 failed_entries; /* ... after which L1, not L2, exited next */
	__u64 nested_vmexits; /* kvm_nested_vmexit events */
	__u64 desyncs;	      /* events that fit no state; counted, then believed */
	__u64 outside[NP_REASONS]; /* exits of L1 while no L2 exit was handled */
	struct np_fate fate[NP_REASONS]; /* by L2 exit reason */
	/*
	 * Exits of L1, by row and reason, between an L2 exit given to L1 and
	 * L1's next entry to L2: added when that entry comes, so only what a
	 * finished one cost is in here (but for kinds beyond NP_TOUCHED).
	 */
	__u64 caused[NP_ROWS][NP_REASONS];
};

_Static_assert(sizeof(struct np_fate) == 40, "BPF and C disagree");
_Static_assert(sizeof(struct np_vcpu) == 30120, "BPF and C disagree");

/* Whole-collector counters, summed up by user space. */
struct np_totals {
	__u64 exits;		 /* kvm_exit events counted */
	__u64 nested_vmexits;	 /* kvm_nested_vmexit events counted */
	__u64 nested_injects;	 /* kvm_nested_vmexit_inject events counted */
	__u64 nested_vmenters;	 /* kvm_nested_vmenter events counted */
	__u64 lost;		 /* events that found no slot, or a program busy */
};

#endif
