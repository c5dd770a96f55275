/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A raw event, as record's programs hand it to user space: one 64-bit word,
 * written at once. The time is CLOCK_MONOTONIC's, without the bits that did not
 * fit: it is enough to tell events apart that are less than 13 days apart.
 *
 *   bits 0-3 type | 4-5 level | 6-13 reason | 14-63 time in ns
 *
 * Where not every entry is recorded, level is NP_EVENT_DETAILED for an exit of L2
 * that begins a round trip of which all are. Of the others, and until L2 exits
 * again, entries into L1 are left out: they are good for phases alone. So is the
 * time of L1's exits, which is 0 there.
 */
#ifndef NESTPROF_RECORD_EVENT_H
#define NESTPROF_RECORD_EVENT_H

#include <stdbool.h>

#ifndef __VMLINUX_TYPES__
#include <linux/types.h>
#endif

/* The numbers are part of the file's format: never change or reuse one. */
enum np_event_type {
	NP_EVENT_LOST = 0,     /* events that found no room: in place of the time, how many */
	NP_EVENT_EXIT = 1,     /* kvm_exit: reason; level says who ran (enum np_level) */
	NP_EVENT_ENTRY = 2,    /* kvm_entry: level says who will run */
	NP_EVENT_VMEXIT = 3,   /* kvm_nested_vmexit: a check on the exit before it */
	NP_EVENT_INJECT = 4,   /* kvm_nested_vmexit_inject: the reason that L1 is given */
	NP_EVENT_VMENTER = 5,  /* kvm_nested_vmenter */
	NP_EVENT_FAILED = 6,   /* ... which failed */
	NP_EVENT_SYNC = 7,     /* a copy between vmcs12 and shadow VMCS begins */
	NP_EVENT_SYNCED = 8,   /* ... and ends; reason: which (enum np_sync) */
	NP_EVENT_GONE = 9,     /* the vCPU was destroyed: its last event */
	/*
	 * L1 accessed its VMCS, by the exit before it: in place of the time, which row of
	 * access_rows it is (from 1 on; 0: there was no room), and in the file, which
	 * access that was told of.
	 */
	NP_EVENT_ACCESS = 10,
	NP_EVENT_TYPES
};

/* What the rest of an event says is when it happened, or 0. */
static inline __attribute__((always_inline)) int np_event_has_time(__u32 type)
{
	return type != NP_EVENT_LOST && type != NP_EVENT_ACCESS;
}

#define NP_EVENT_DETAILED 3 /* in place of NP_LEVEL_L2 */

/* The reason of NP_EVENT_VMENTER: its time is that of the event that told of it, the next. */
#define NP_VMENTER_TOLD_LATE 1

/* The reason of an entry, on its way to user space: kvm_nested_vmenter came just before. */
#define NP_ENTRY_ENTERS 0x80

#define NP_EVENT_LEVEL_SHIFT 4
#define NP_EVENT_REASON_SHIFT 6
#define NP_EVENT_NS_SHIFT 14
#define NP_EVENT_NS_MASK (~0ull >> NP_EVENT_NS_SHIFT)

/* Exit reasons are kept whole, as far as they go: NP_REASONS may grow. */
#define NP_EVENT_REASON_MAX 0xff

static inline __attribute__((always_inline)) __u64 np_event_word(__u32 type, __u32 level,
								 __u32 reason, __u64 ns)
{
	return ns << NP_EVENT_NS_SHIFT | reason << NP_EVENT_REASON_SHIFT |
	       level << NP_EVENT_LEVEL_SHIFT | type;
}

static inline __attribute__((always_inline)) bool np_event_enters(__u64 word)
{
	const __u64 what = np_event_word(0xf, 0, 0xff, 0);

	return (word & what) == np_event_word(NP_EVENT_ENTRY, 0, NP_ENTRY_ENTERS, 0);
}

/* How many events; 0 stands for none. */
static inline __attribute__((always_inline)) __u32 np_event_stands_for(__u64 word)
{
	return !word ? 0 : np_event_enters(word) ? 2 : 1;
}

#endif
