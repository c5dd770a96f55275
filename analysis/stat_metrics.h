/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The metrics of a line: one table, from which come the columns of the text,
 * the keys of JSON and CSV, and what --sort takes. A new metric is a new row.
 */
#ifndef NESTPROF_STAT_METRICS_H
#define NESTPROF_STAT_METRICS_H

#include "analysis/rows.h"
#include "analysis/stat_lines.h"

enum stat_shown {
	STAT_ALWAYS,
	STAT_NOT_ZERO, /* in text, only where a line has some */
	STAT_IF_KNOWN, /* ... only where it was asked for */
	STAT_AS_DATA,  /* in JSON and CSV only */
};

struct stat_metric {
	struct np_column column;
	enum stat_shown shown;
	bool is_count;
	/* NaN: there is none. NULL: the exit reason's name. */
	double (*value)(const struct stat_line *l, uint32_t arg);
	uint32_t arg;
};

extern const struct stat_metric stat_metrics[];
extern const uint32_t stat_nr_metrics;

const struct stat_metric *stat_metric_find(const char *key);

/* The instruction set whose exits it is about, and without which it has no value; 0: any. */
uint32_t stat_metric_isa(const struct stat_metric *m);

/* Instructions of VMX or SVM, except VMCALL, VMFUNC and VMMCALL, which guests use as well. */
bool np_is_vmx_instruction(uint32_t isa, uint32_t reason);

#endif
