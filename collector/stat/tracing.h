/* SPDX-License-Identifier: GPL-2.0-only */
/* What tracing cost, as stat says it and recordings keep it. */
#ifndef NESTPROF_STAT_TRACING_H
#define NESTPROF_STAT_TRACING_H

#include <jansson.h>

#include "collector/stat/cost.h"

/* NULL when it was measured. */
const char *tracing_why_not(const struct stat_tracing *t);

json_t *tracing_to_json(const struct stat_tracing *t);
/* What makes no sense was not measured. NULL: of a recording that was cut off. */
void tracing_from_json(struct stat_tracing *t, const json_t *o);

#endif
