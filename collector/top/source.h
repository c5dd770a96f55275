/* SPDX-License-Identifier: GPL-2.0-only */
/* Where top's counters come from: live from the kernel, or scripted in tests. */
#ifndef NESTPROF_TOP_SOURCE_H
#define NESTPROF_TOP_SOURCE_H

#include "analysis/stat_model.h"
#include "collector/stat/cost.h"
#include "collector/stat/target.h"

/* What there is to say beside the counters. */
struct top_reading {
	double time;		     /* of the counters, in seconds of any clock */
	uint64_t lost;		     /* events so far that were not counted */
	struct stat_tracing tracing; /* what the tracing costs at present */
	const char *note;	     /* what has happened since the last one; or NULL */
};

struct top_source {
	/* The counters as they stand go into the model. 0, or a negative errno and fail(). */
	int (*read)(struct top_source *s, struct stat_model *m, struct top_reading *r);
	/* Called often. Returns when it wants to be called again, by wait_now()'s clock. */
	double (*sample)(struct top_source *s, double now);
	void (*close)(struct top_source *s);
	int ended; /* readable when there is nothing more to count; -1: never */
};

/* Begins to count. 0, or a negative errno and fail(). */
int top_source_live(struct top_source **s, const struct target *t);

#endif
