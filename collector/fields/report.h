/* SPDX-License-Identifier: GPL-2.0-only */
/* What `nestprof fields` prints: text, JSON, CSV, or lines for flame graphs. */
#ifndef NESTPROF_FIELDS_REPORT_H
#define NESTPROF_FIELDS_REPORT_H

#include "analysis/kallsyms.h"
#include "collector/fields/options.h"

#define FIELDS_SCHEMA "nestprof-fields/1"

struct fields_report {
	struct np_kallsyms *kallsyms; /* NULL: none */
	struct np_fields fields;
	double seconds;
	uint64_t lost;
};

/* Reads L1's kallsyms before anything is counted: what is wrong with it is said at once. */
int fields_report_open(struct fields_report *r, const struct fields_options *o);
int fields_report_print(struct fields_report *r, const struct fields_options *o,
			const struct np_account *a);
void fields_report_close(struct fields_report *r);

#endif
