/* SPDX-License-Identifier: GPL-2.0-only */
/* Random sequences for the micro-hypervisor, and what L0 must count of them. */
#ifndef NESTPROF_TESTS_MICRO_SEQUENCE_H
#define NESTPROF_TESTS_MICRO_SEQUENCE_H

#include <stdint.h>

#define MICRO_BASE "R:4402,R:440c,R:681e,W:681e" /* what it always does */

struct micro_counts {
	uint32_t reads, writes;
};

struct micro_sequence {
	char text[200]; /* without the base */
	struct micro_counts off, on; /* exits per L2 exit without and with shadow VMCS, base too */
};

/* The index-th sequence of a seed: always the same. */
void micro_sequence_random(struct micro_sequence *s, uint32_t seed, uint32_t index);

#endif
