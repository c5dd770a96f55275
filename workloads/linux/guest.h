/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a Linux that is L2 and its machine monitor (workloads/runner/linux_vm.c) say to each
 * other, and what its workloads are to its init. All goes by ports, so that no driver is
 * needed. Init answers for its boot, and then asks for a workload and answers for it, for
 * ever:
 *
 *   asks:     reads two words of 32 bits from NP_GUEST_WORD: which workload (enum
 *             np_macro), and how many iterations. While it waits for them, no time is
 *             anybody's.
 *   answers:  writes four words there, low halves first (the time-stamp counter at the
 *             beginning and at the end), then NP_L2_DONE. Less than four words are a failure;
 *             why is on the console, a serial port that only takes bytes.
 */
#ifndef NESTPROF_LINUX_GUEST_H
#define NESTPROF_LINUX_GUEST_H

#include <stdint.h>

#define NP_GUEST_WORD 0xf0
#define NP_GUEST_CONSOLE 0x3f8
#define NP_GUEST_DISK (16ul << 20) /* bytes of /dev/vda, all zero when a workload begins */
#define NP_GUEST_BEGIN 0 /* for the beginning: when the monitor first entered the guest */

enum np_macro {
#define WORKLOAD(...)
#define MACRO(name, ...) NP_MACRO_##name,
#include "workloads/manifest.def"
#undef WORKLOAD
#undef MACRO
	NP_MACROS
};

/* The time-stamp counter before the first iteration and after the last one. */
struct guest_times {
	uint64_t begin, end;
};

/* Does so many iterations. 0, or a negative errno after complain(). */
typedef int guest_workload(uint64_t iterations, struct guest_times *times);

/* A line on the console. */
__attribute__((format(printf, 1, 2))) void complain(const char *fmt, ...);

static inline uint64_t guest_time(void)
{
	return __builtin_ia32_rdtsc();
}

#endif
