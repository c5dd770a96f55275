/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tracing costs, by the kernel's own BPF statistics. Keeping them
 * costs about as much as a program does, so they are on for a tenth of the
 * time, and what they say is scaled up.
 */
#ifndef NESTPROF_STAT_COST_H
#define NESTPROF_STAT_COST_H

#include <stdbool.h>
#include <stdint.h>

struct cost {
	int fd;	      /* the statistics are on; -1: off */
	int err;      /* why they cannot be had, a negative errno */
	double since; /* they were put on, seconds */
	double on;    /* seconds so far */
};

#define COST_NONE ((struct cost){ .fd = -1 })

/* `now` is any clock's, in seconds. */
void cost_on(struct cost *c, double now);
void cost_off(struct cost *c, double now);

/* On for a part of each period. Returns when it wants to be called again. */
double cost_sample(struct cost *c, double begin, double now);

struct session_runs;
struct stat_tracing {
	bool measured;
	int err;	    /* why not; 0: no program ran while it was sampled */
	double sampled;	    /* seconds with the statistics on */
	uint64_t runs;	    /* of the programs, in these */
	double ns_per_run;
	double cpu_seconds; /* scaled to all of `seconds` */
	double cpu_percent; /* of one CPU */
};
void cost_tell(const struct cost *c, const struct session_runs *runs, double seconds,
	       struct stat_tracing *t);

#endif
