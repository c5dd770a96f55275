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

#include "bpf/hist_bucket.h"
#include "bpf/room.h"

/* Instruction sets, as the tracepoints' `isa` argument numbers them. */
enum np_isa { NP_ISA_VMX = 1, NP_ISA_SVM = 2 };

/*
 * Exit reasons are kept as small indexes, 0 .. NP_REASONS - 1. For VMX the
 * index is the basic exit reason itself (SDM vol. 3, appendix C: bits 15:0);
 * for SVM svm_exits.def has it.
 * What does not fit is counted under the last one, never dropped.
 */
#define NP_REASONS 96
#define NP_REASON_OTHER (NP_REASONS - 1)
#define NP_REASON_NONE 0xff

/*
 * So many exits of L1 are kept in their order while it handles an L2 exit; more
 * are counted by reason. KVM as L1 causes ten for an exit without shadow VMCS.
 */
#define NP_LOG 32
#define NP_LOG_NONE 0x7f     /* in place of their number: no L2 exit is handled */
#define NP_LOG_ENTERING 0x80 /* with it: L1's last exit was to enter L2 */

/*
 * What became of L2's exits of one reason. exits - to_l1 - l0_only is what is
 * still open, or was when the hooks were taken out.
 */
struct np_fate {
	__u64 exits;   /* hardware exits of L2 (kvm_exit while L2 ran) */
	__u64 to_l1;   /* ... that L0 gave to L1, for this very reason */
	__u64 l0_only; /* ... that L0 dealt with by itself */
	/*
	 * Exits that L0 gave to L1 and made itself: the hardware had reported
	 * none, or another one (an EPT violation that is L1's misconfiguration).
	 */
	__u64 synthetic;
	__u64 resumed;	 /* to_l1 + synthetic after which L1 entered L2 again */
};

/*
 * A round trip is the time from L2's exit to L2's next entry. L0 went back to
 * L2 by itself, or L1 handled the exit: two kinds that have little in common.
 */
enum np_trip { NP_TRIP_L0, NP_TRIP_L1, NP_TRIPS };

#define NP_TRIP_BUCKETS 16 /* a power of two above those that there are */

/* Where the time of a round trip of the second kind goes. */
enum np_phase {
	NP_PHASE_L2_EXIT,  /* L0, from L2's exit until it enters L1 */
	NP_PHASE_L1,	   /* L1 itself */
	NP_PHASE_VMCS,	   /* L0, on L1's VMREADs and VMWRITEs (SVM: VMLOAD, VMSAVE, STGI, CLGI) */
	NP_PHASE_ENTRY,	   /* L0, on L1's VMRESUME, VMLAUNCH or VMRUN, until it enters L2 */
	NP_PHASE_OTHER,	   /* L0, on other exits of L1 */
	NP_PHASE_ENTER_L2, /* L0, until L2 is entered */
	NP_PHASES
};

struct np_trip_sum {
	__u64 n;   /* finished round trips */
	__u64 ns;  /* ... and what they took in all */
	__u64 max; /* the longest ever, in ns; not a counter */
};

/* The phases of some round trips (every one, or each nth): ns is their sum. */
struct np_phase_sum {
	__u64 n, ns;
	__u64 phase[NP_PHASES];
};

/*
 * How L1 handled such an L2 exit when it last did: exit by exit. L1 runs the same
 * code each time, so it often does the same again, and then it is only counted
 * how often. What is counted here is not in the row's other counters yet: for
 * each time, an exit that was given to L1 and resumed, and the exits of the log.
 */
struct np_usual {
	__u64 times;
	__u64 n; /* of log[]; as log_state of a vCPU that has as many */
	union {
		__u8 log[NP_LOG]; /* zero from n on */
		__u64 words[NP_LOG / 8];
	};
};

struct np_l2_row {
	struct np_fate fate;
	/*
	 * Exits of L1 by reason between an L2 exit given to L1 and L1's next
	 * entry to L2: added when that entry comes, so only what a finished one
	 * cost is in here.
	 */
	__u64 caused[NP_CAUSES];
#ifndef NP_LEAN
	struct np_phase_sum phases;
#endif
	__u64 slow; /* of fate.exits, with kvm_nested_vmexit: not dealt with in the fast path */
};

/*
 * What nearly every round trip changes of its row, apart from the rest: programs come to
 * it without a helper. Tally i is row i's; nobody's is 0.
 */
struct np_l2_tally {
	struct np_usual usual;
	struct np_trip_sum trip[NP_TRIPS];
#ifndef NP_LEAN
	__u16 page_of[NP_TRIPS][NP_HIST_PAGES]; /* index + 1; 0: all its buckets are empty */
#endif
};

/* A part of a histogram of round trips: one power of two. */
struct np_hist_page {
	__u32 n[NP_HIST_PAGE];
};

/* In place of the address of a vCPU that was destroyed: its counters stay. */
#define NP_KEY_GONE 1

enum np_level {
	NP_LEVEL_UNKNOWN, /* the kernel does not tell; go by what was seen */
	NP_LEVEL_L1,
	NP_LEVEL_L2,
};

/* The functions that copy between vmcs12 and the shadow VMCS. */
enum np_sync { NP_SYNC_TO_SHADOW, NP_SYNC_FROM_SHADOW, NP_SYNCS };

struct np_sync_sum {
	__u64 n, ns;
};

/* Measures the round trip under way. */
struct np_clock {
	__u64 began; /* when L2 exited; 0: no round trip that was seen from its start */
	__u64 last;  /* the last reading; what comes next belongs to `phase` */
	__u64 ended; /* when L2 ran again */
	__u8 phase;
	__u8 reason; /* what L1 handled, and whose row it goes to, since it has entered L2 */
	__u8 shift;  /* of the last one's page in its histogram; lean: its bucket */
	__u32 until_phased; /* that many round trips on, phases are measured: 0: now */
	__u64 ns[8]; /* by phase; a power of two, for the verifier's sake */
	__u64 entry_ns; /* phase NP_PHASE_ENTRY where its end was seen, on average; 0: never */
};

/* What is odd about the L2 exit in handling. */
#define NP_ODD_SYNTHETIC 1 /* L0 made it: it is counted already */
#define NP_ODD_SPILLED 2   /* more of L1's exits are in pending[] than in log[] */
#define NP_ODD_HALTED 4    /* L1 is about to enter L2 halted */
#define NP_ODD_MOVING 8    /* counters are being moved just now: look again in a moment */

/* Exits of L1 that mean something to the state machine. */
#define NP_VMX_VMLAUNCH 20
#define NP_VMX_VMREAD 23
#define NP_VMX_VMRESUME 24
#define NP_VMX_VMWRITE 25
/* L1 cannot enter L2 outside of VMX operation. */
#define NP_VMX_VMOFF 26
#define NP_VMX_VMON 27

/* SVM's, by their indexes (svm_exits.def): VMRUN is to it what VMRESUME is to VMX. */
#define NP_SVM_VMRUN NP_VMX_VMRESUME
#define NP_SVM_VMLOAD NP_VMX_VMREAD
#define NP_SVM_VMSAVE NP_VMX_VMWRITE
#define NP_SVM_SKINIT 26
#define NP_SVM_INVLPGA 27
#define NP_SVM_STGI 88 /* no VMX exit has these two numbers */
#define NP_SVM_CLGI 89

/* One access of L1's to its VMCS, under way: bpf/fields.bpf.h. */
struct np_access_state {
	__u64 reason;	/* VMREAD or VMWRITE; 0: none is */
	__u64 began;	/* when it exited, if it is timed; else 0 */
	__u64 start;	/* the instruction's address where something told; else 0 */
	__u64 full;	/* accesses that found no row: a counter */
	__u32 eager;	/* counts down what comes after something new */
	__u32 rows;	/* so many were taken for it: something new came each time */
	__u32 entries;	/* that entry_access saw with none under way */
	__u32 evmcs;	/* L1 was seen to have its VMCS in memory, as Hyper-V lets it */
	__u64 unlooked;	/* accesses, since the bytes of one were looked at */
	__u64 regs[16]; /* L1's, at its exit */
};

/* One vCPU of L1, as the state machine (nested_fsm.h) sees it. */
struct np_vcpu {
	__u64 key;  /* address of its struct kvm_vcpu, NP_KEY_GONE; 0: a free slot */
	__u32 tgid; /* the process that runs it */
	__u32 isa;

	/* State: all of it together changes at once. */
	union {
		struct {
			__u8 level;    /* enum np_level: whose code ran last */
			__u8 open;     /* reason of the L2 exit whose fate is open, or none */
			__u8 handling; /* reason of the L2 exit that L1 is handling, or none */
			__u8 zero;
			__u8 logged;   /* how many of L1's exits for it are in log[]; NP_LOG_... */
			__u8 zero_too;
			__u16 odd;     /* NP_ODD_...; 0 nearly always */
		};
		struct {
			__u32 who_state; /* level, open and handling at once */
			__u32 log_state; /* logged and odd */
		};
		__u64 state;
	};
	__u16 handled_row; /* that of the reason in handling */
	__u8 typed;	/* its struct vcpu_vmx is known (bpf/reason.bpf.h) */
	__u16 vcpu_id;	/* its number within its VM */
	__u16 shared_row; /* for reasons that came when the pool was used up */
	union {
		__u8 log[NP_LOG]; /* zero beyond what is logged */
		__u64 words[NP_LOG / 8];
	};
	struct np_clock clock;
	__u32 pending[NP_CAUSES]; /* L1's exits since the L2 exit in handling, but for the log's */
	__u16 row_of[NP_REASONS];  /* reason -> row + 1; 0: none yet */

	/* Counters. */
	__u64 entries;	      /* nested entries (kvm_nested_vmenter) */
	__u64 failed_entries; /* ... after which L1, not L2, exited next */
	__u64 nested_vmexits; /* kvm_nested_vmexit events, where they are looked at */
	__u64 desyncs;	      /* events that fit no state; counted, then believed */
	__u64 outside[NP_CAUSES]; /* exits of L1 while no L2 exit was handled */
	struct np_sync_sum sync[NP_SYNCS];
	__u64 sync_began;

	struct np_access_state access;
#ifdef NP_LEAN
	__u32 trips[NP_TRIPS][NP_TRIP_BUCKETS]; /* bpf/trip_buckets.h; these may start over */
#endif
	__u64 unused[NP_VCPU_UNUSED];
};

/* Where the programs find a vCPU without a search: by a hash of its address. */
#define NP_SEATS 8192 /* so many more than vCPUs that few of them miss one */
#define NP_UNWANTED 1
#define NP_UNTYPED 2

struct np_seat {
	/*
	 * As in struct np_vcpu. That of an unwanted vCPU + NP_UNWANTED; of one whose typed
	 * pointer is asked for and not known yet (bpf/reason.bpf.h) + NP_UNTYPED: programs that
	 * go by it find that it has no seat, and need not ask again.
	 */
	__u64 key;
	__u32 at;  /* its struct np_vcpu, in bytes from the first */
};

_Static_assert(sizeof(struct np_fate) == 40, "BPF and C disagree");
_Static_assert(sizeof(struct np_l2_row) == (NP_IS_LEAN ? 104 : 880), "BPF and C disagree");
_Static_assert(sizeof(struct np_l2_tally) == (NP_IS_LEAN ? 96 : 224), "BPF and C disagree");
_Static_assert(sizeof(struct np_vcpu) == NP_VCPU_SIZE, "BPF and C disagree");

/* Whole-collector counters, summed up by user space. */
struct np_totals {
	__u64 exits;		 /* kvm_exit events counted */
	__u64 nested_vmexits;	 /* kvm_nested_vmexit events counted */
	__u64 nested_injects;	 /* kvm_nested_vmexit_inject events counted */
	__u64 nested_vmenters;	 /* kvm_nested_vmenter events counted */
	__u64 lost;		 /* events that found no slot, or a program busy */
};

#endif
