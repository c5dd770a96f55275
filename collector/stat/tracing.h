/* SPDX-License-Identifier: GPL-2.0-only */
/* What tracing cost, as stat says it and recordings keep it. */
#ifndef NESTPROF_STAT_TRACING_H
#define NESTPROF_STAT_TRACING_H

#include <jansson.h>

#include "collector/stat/cost.h"

/* NULL when it was measured. */
const char *tracing_why_not(const struct stat_tracing *t);

/* In a sentence; returns `out`. */
#define TRACING_TEXT 256
const char *tracing_text(const struct stat_tracing *t, char out[TRACING_TEXT]);

json_t *tracing_to_json(const struct stat_tracing *t);
/* What makes no sense was not measured. NULL: of a recording that was cut off. */
void tracing_from_json(struct stat_tracing *t, const json_t *o);

#endif
