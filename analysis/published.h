/* SPDX-License-Identifier: GPL-2.0-only */
/* analysis/published.def, as tables. */
#ifndef NESTPROF_PUBLISHED_H
#define NESTPROF_PUBLISHED_H

#include <stdint.h>

enum np_form { NP_FORM_SINGLE, NP_FORM_NESTED, NP_FORM_SHADOWED, NP_NR_FORMS };
enum np_unit { NP_UNIT_CYCLES, NP_UNIT_MICROSECONDS };

struct np_source {
	const char *name, *text;
};

struct np_published {
	const struct np_source *source;
	const char *workload;
	enum np_form form;
	enum np_unit unit;
	double least, most;
};

/* In the order of the file; NULL past the last one. */
const struct np_published *np_published_at(uint32_t i);
const struct np_source *np_source_at(uint32_t i);

const char *np_form_name(enum np_form form);
const char *np_unit_name(enum np_unit unit);

#endif
