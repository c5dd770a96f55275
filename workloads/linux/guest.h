/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a Linux that is L2 and its machine monitor (workloads/runner/linux_vm.c) say to each
 * other, and what its workloads are to its init. The monitor gives the workload's name and
 * how many iterations on the kernel's command line, which init finds in its environment.
 * Init answers by ports, so that it needs no driver: four words of 32 bits to
 * NP_GUEST_WORD, low halves first (the time-stamp counter at the beginning and at the end),
 * then NP_L2_DONE. Less than four words before NP_L2_DONE are a failure; why is on the
 * console, a serial port that only takes bytes.
 */
#ifndef NESTPROF_LINUX_GUEST_H
#define NESTPROF_LINUX_GUEST_H

#include <stdint.h>

#define NP_GUEST_WORD 0xf0
#define NP_GUEST_CONSOLE 0x3f8
#define NP_GUEST_DISK (16ul << 20) /* bytes of /dev/vda, all zero at first */
#define NP_GUEST_WORKLOAD "np_workload"
#define NP_GUEST_ITERATIONS "np_iterations"
#define NP_GUEST_BEGIN 0 /* for the beginning: when the monitor first entered the guest */

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
