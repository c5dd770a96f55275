/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs counted for a vCPU that is gone is given back, for another to take. */
#ifndef NESTPROF_RECYCLE_H
#define NESTPROF_RECYCLE_H

#include <stdint.h>

#include "bpf/pools.h"

struct bpf_map;

struct recycling {
	const struct np_pools *pools;
	const struct bpf_map *free_rows, *free_pages;
	uint32_t shared_rows; /* the first ones, which stay their vCPUs' */
};

/* A row, 1 being the first one, with its tally and its histograms' pages: they are zero then. */
void recycle_row(const struct recycling *r, uint32_t index);

#endif
