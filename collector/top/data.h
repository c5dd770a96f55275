/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of an interval, in as many ways as they are looked at; and held still. */
#ifndef NESTPROF_TOP_DATA_H
#define NESTPROF_TOP_DATA_H

#include "analysis/stat_lines.h"

#define TOP_WAYS (STAT_BY_VCPU + 1)

struct top_data {
	struct stat_model *model;
	double seconds; /* of the last interval in the model */
	bool frozen;	/* the lines below are of one before it, all of them */
	bool have[TOP_WAYS];
	struct stat_lines lines[TOP_WAYS]; /* those asked for so far */
};

/* -ENOMEM, or 0. */
int top_data_init(struct top_data *d);
void top_data_free(struct top_data *d);

/*
 * An interval begins: the model is then given its counters. And ends, after so
 * many seconds.
 */
void top_data_begin(struct top_data *d);
void top_data_end(struct top_data *d, double seconds);

/* Until it is let go, the lines stay as they are, while intervals come and go. */
int top_data_freeze(struct top_data *d);
void top_data_thaw(struct top_data *d);

/* Live until the interval changes. Empty ones when there is no memory. */
const struct stat_lines *top_data_lines(struct top_data *d, enum stat_by by);

/* All VMs together. */
const struct stat_group *top_data_all(struct top_data *d);

#endif
