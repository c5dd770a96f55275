/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many vCPUs there is room for, and what is kept of each. export is to have room for many,
 * and tells less than the others: its programs, and whatever C comes to their memory, are
 * compiled with NP_LEAN (exporter/exporter.mk). Then L1's exits are counted apart only as far as
 * np_cause() has them apart, round trips as far as bpf/trip_buckets.h has, and phases not at all.
 */
#ifndef NESTPROF_ROOM_H
#define NESTPROF_ROOM_H

#define NP_MANY_VCPUS 2048 /* export's */

#ifdef NP_LEAN
#define NP_IS_LEAN 1
#define NP_MAX_VCPUS NP_MANY_VCPUS
#define NP_VCPU_SIZE 1024 /* a power of two: struct np_vcpu is padded to it */
#define NP_VCPU_UNUSED 24
#define NP_CAUSES 7 /* VMLAUNCH to VMWRITE, and the rest */
#define NP_PAGES_PER_VCPU 0
#else
#define NP_IS_LEAN 0
#define NP_MAX_VCPUS 512
#define NP_VCPU_SIZE 2048
#define NP_VCPU_UNUSED 35
#define NP_CAUSES NP_REASONS
#define NP_PAGES_PER_VCPU 64
#endif

/*
 * Each L2 exit reason of each vCPU has a row, taken from a pool when it first
 * comes. A vCPU's reasons that come after the pool is used up share a row,
 * which is the vCPU's from the start: row i is that of slot i.
 */
#define NP_ROWS_PER_VCPU 12
#define NP_MAX_ROWS (NP_ROWS_PER_VCPU * NP_MAX_VCPUS)
#define NP_TALLIES (16 * NP_MAX_VCPUS) /* a power of two above it */
#define NP_MAX_HIST_PAGES (NP_PAGES_PER_VCPU * NP_MAX_VCPUS) /* page_of has 16 bits */

#endif
