/* SPDX-License-Identifier: GPL-2.0-only */
/* Where time went while a workload ran, and in whose code the CPU's cycles were. */
#ifndef NESTPROF_TIMES_H
#define NESTPROF_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/hist.h"
#include "bpf/events.h"

/* Round trips that L1 handled, timed by BPF, so with what that costs in them. */
struct np_times {
	bool known;
	struct np_phase_sum phases;
	struct np_hist trips; /* ns */
};

/* By the CPU's own counter, which tells host from guest: L1's and L2's are one. */
struct np_cycles {
	bool known;
	uint64_t l0, guests;
};

/* NaN without any. */
double np_times_phase_share(const struct np_times *t, enum np_phase phase);
double np_cycles_l0_share(const struct np_cycles *c);

#endif
