/* SPDX-License-Identifier: GPL-2.0-only */
/* What `nestprof fields` is asked for. */
#ifndef NESTPROF_FIELDS_OPTIONS_H
#define NESTPROF_FIELDS_OPTIONS_H

#include "analysis/fields_table.h"
#include "analysis/kallsyms.h"
#include "collector/stat/target.h"

enum fields_format { FIELDS_TEXT, FIELDS_JSON, FIELDS_CSV, FIELDS_FOLDED };

struct fields_options {
	struct target target;
	char **command;	      /* runs, and ends it; NULL: none */
	const char *recording; /* in place of what happens now; NULL: none */
	const char *kallsyms; /* a copy of L1's; NULL: none */
	enum fields_format format;
	enum fields_by by;
	double min_share;
};

#endif
