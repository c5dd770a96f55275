/* SPDX-License-Identifier: GPL-2.0-only */
/* How much there is room for in a session's maps, and the lists of what of it is free. */
#ifndef NESTPROF_SESSION_SIZE_H
#define NESTPROF_SESSION_SIZE_H

#include <stdbool.h>
#include <stdint.h>

struct nested_bpf;

struct session_size {
	uint32_t vcpus, rows, pages;
};

/* vcpus: 0: NP_MAX_VCPUS; without `times` there are no pages. */
struct session_size session_size_for(uint32_t vcpus, bool times);

/* Before the programs are loaded, maps can be of any size; variables cannot. */
void session_size_maps(const struct session_size *size, struct nested_bpf *skel);

/* Slots, rows and pages are numbered from 1; the first rows belong to the slots. */
int session_fill_free(const struct session_size *size, const struct nested_bpf *skel);

#endif
