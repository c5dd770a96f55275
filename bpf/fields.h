/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs count of L1's VMREADs and VMWRITEs that exit, shared with user
 * space: a row for each vCPU, L2 exit reason, instruction, field and kind of access.
 */
#ifndef NESTPROF_FIELDS_H
#define NESTPROF_FIELDS_H

#include "bpf/events.h"
#include "bpf/vmx_site.h"

#define NP_MAX_ACCESS_ROWS 16384 /* a power of two */
#define NP_MAX_SITES 8192	 /* ... another */

/* Which field it is, is not known: why. */
enum np_unknown {
	NP_KNOWN,
	NP_UNKNOWN_FAULTED,    /* L1 was not let past the instruction: it got an exception */
	NP_UNKNOWN_MODE,       /* L1 does not run 64-bit code */
	NP_UNKNOWN_UNMAPPED,   /* not mapped by CR3 as KVM has it, which may be stale */
	NP_UNKNOWN_UNREADABLE, /* memory of L1's that is not resident, or private */
	NP_UNKNOWN_BYTES,      /* no such instruction is there (any more) */
	NP_UNKNOWN_START,      /* where it begins was not clear yet */
	NP_UNKNOWN_FULL,       /* known, but there was no row left */
	NP_UNKNOWN_EDGE,       /* under way, or just begun, when counters were read */
	NP_UNKNOWN_TRACED,     /* another tool's trace, which does not tell */
	NP_UNKNOWNS
};

/* How it was accessed, in np_access_row.kind; the rest of it is an enum np_unknown. */
#define NP_ACCESS_WRITE 1
#define NP_ACCESS_MEMORY 2 /* the operand; else it is a register */
#define NP_ACCESS_UNKNOWN_SHIFT 4

struct np_access_row {
	union {
		struct {
			__u16 slot;   /* of the vCPU, from 1; 0: the row is free */
			__u8 reason;  /* of the L2 exit that L1 handled, or NP_REASON_NONE */
			__u8 kind;    /* NP_ACCESS_... */
		};
		__u32 who; /* all of it */
	};
	__u32 pad;
	__u64 address; /* of the instruction; of the next one where that is not known */
	__u64 field;   /* what the register held; 0 where it is not known */
	__u64 count;
	__u64 timed, ns; /* of some of them, L0's time from exit to entry */
};

/*
 * An instruction of L1's that was decoded, of one vCPU in one address space: the bytes
 * that were, and where to look whether they still are.
 */
struct np_site {
	__u32 slot;    /* of the vCPU, from 1; 0: the site is free */
	__u8 unknown;  /* enum np_unknown: why not, when it was tried last */
	__u8 kind;     /* NP_ACCESS_... */
	__u8 len;
	__u8 field;    /* the register that holds the encoding */
	__u64 end;     /* the address after it: what L1's instruction pointer then is */
	__u64 cr3;
	__u64 page;    /* the process's memory that its last byte is in; 0: not known */
	__u64 before;  /* that of the page before, where the window begins there; 0: unreadable */
	struct np_window window;
	__u64 at;      /* where the window is, if that is on one page; else 0 */
	__u64 checked; /* when the pages were looked up, or it was tried, in ns */
	__u64 wait;    /* do not look again for so many ns */
	__u32 row;     /* the one that it was counted in last; NP_MAX_ACCESS_ROWS: in none */
	__u32 index;   /* its own */
};

/* What user space and the programs tell each other. */
struct np_fields_talk {
	__u64 now;	 /* in ns, a tenth of a second ago at most: where that will do */
	__u32 unclear;	 /* sites of which it is not known where they begin */
	__u32 overtaken; /* others read L1's instruction pointer at kvm_exit before us */
	__u32 timing;	 /* entry_access is in for the time that accesses take: all are timed */
	__u32 pad;
};

_Static_assert(sizeof(struct np_site) == 96, "BPF and C disagree");
_Static_assert(sizeof(struct np_access_row) == 48, "BPF and C disagree");

#endif
