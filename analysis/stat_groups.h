/* SPDX-License-Identifier: GPL-2.0-only */
/* The metrics of a VM, a vCPU, or all: one table, as stat_metrics.h has one of lines. */
#ifndef NESTPROF_STAT_GROUPS_H
#define NESTPROF_STAT_GROUPS_H

#include "analysis/rows.h"
#include "analysis/stat_lines.h"

struct stat_group_metric {
	struct np_column column;
	enum stat_group_shown {
		GROUP_ALWAYS,
		GROUP_NOT_ZERO, /* in text, only where there are some */
		GROUP_DERIVED,	/* from the others: not in stat's tables */
	} shown;
	/* NaN: there is none. */
	double (*value)(const struct stat_group *g, size_t arg);
	size_t arg;
};

extern const struct stat_group_metric stat_group_metrics[];
extern const uint32_t stat_nr_group_metrics;

const struct stat_group_metric *stat_group_metric_find(const char *key);

#endif
