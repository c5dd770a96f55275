/* SPDX-License-Identifier: GPL-2.0-only */
/* A hook that what it tells is not worth at each event: it is in for some of the time. */
#ifndef NESTPROF_PART_TIME_H
#define NESTPROF_PART_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct bpf_link;
struct bpf_program;

struct part_time {
	struct bpf_program *program; /* NULL: there is none such */
	struct bpf_link **link;
	int64_t began; /* seconds of CLOCK_MONOTONIC */
};

#define PART_TIME(skel, name) { (skel)->progs.name, &(skel)->links.name, 0 }

/* Whichever of `n` will be loaded, or none. */
struct part_time part_time_choose(const struct part_time hooks[], uint32_t n);

/* It is in, with the others. */
void part_time_attached(struct part_time *h);

/* To be called now and then. `needed`: it is, whatever the time. */
void part_time_tend(const struct part_time *h, bool needed);

#endif
