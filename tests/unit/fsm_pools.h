/* SPDX-License-Identifier: GPL-2.0-only */
/* Pools for the state machine in C, as large as a test wants them. */
#ifndef NESTPROF_FSM_POOLS_H
#define NESTPROF_FSM_POOLS_H

#include <string.h>

#include "bpf/nested_fsm.h"

#define TEST_ROWS (NP_TALLIES - 1)
#define TEST_PAGES 512

static struct np_l2_row test_rows[TEST_ROWS];
static struct np_l2_tally test_tallies[NP_TALLIES];
static struct np_hist_page test_pages[TEST_PAGES];
static struct np_pools pools;

/* The first `vcpus` rows are those that each vCPU shares among its reasons. */
static inline void fresh_pools(__u32 vcpus, __u32 rows)
{
	memset(test_rows, 0, sizeof(test_rows));
	memset(test_tallies, 0, sizeof(test_tallies));
	memset(test_pages, 0, sizeof(test_pages));
	pools = (struct np_pools){ .rows = test_rows, .tallies = test_tallies,
				   .nr_rows = vcpus, .max_rows = rows,
				   .pages = test_pages, .max_pages = TEST_PAGES,
				   .phases_every = 1 };
}

static inline void fresh_vcpu(struct np_vcpu *v, __u32 index)
{
	memset(v, 0, sizeof(*v));
	v->isa = NP_ISA_VMX;
	v->shared_row = index + 1;
	np_fsm_init(v);
}

/* What session_recycle() does, but for the rows' own use by others. */
static inline void recycle_vcpu(struct np_vcpu *v)
{
	for (__u32 r = 0; r < NP_REASONS; r++)
		if (v->row_of[r]) {
			memset(&test_rows[v->row_of[r] - 1], 0, sizeof(*test_rows));
			memset(&test_tallies[v->row_of[r]], 0, sizeof(*test_tallies));
		}
	memset(v, 0, sizeof(*v));
}

#endif
