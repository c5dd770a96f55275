/* SPDX-License-Identifier: GPL-2.0-only */
/* What `nestprof fields` prints: text, JSON, CSV, or lines for flame graphs. */
#ifndef NESTPROF_FIELDS_REPORT_H
#define NESTPROF_FIELDS_REPORT_H

#include "analysis/kallsyms.h"
#include "collector/fields/options.h"
#include "collector/fields/window.h"

#define FIELDS_SCHEMA "nestprof-fields/1"

struct fields_report {
	const struct fields_options *o;
	struct np_kallsyms *kallsyms; /* NULL: none */
	bool told_of_misfits;
	/* One interval, filled in by the caller. */
	struct fields_counts counts;
	struct stat_when when;
	uint64_t lost;
	uint32_t enlightened; /* vCPUs of L1 that have their VMCS in memory */
};

/* Reads L1's kallsyms before anything is counted: what is wrong with it is said at once. */
int fields_report_open(struct fields_report *r, const struct fields_options *o);
/* The interval; the next one begins at its end. */
int fields_report_print(struct fields_report *r);
void fields_report_close(struct fields_report *r);

#endif
