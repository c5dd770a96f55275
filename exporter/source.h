/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the exporter's counts come from: KVM, or a recording. */
#ifndef NESTPROF_EXPORTER_SOURCE_H
#define NESTPROF_EXPORTER_SOURCE_H

#include "analysis/export/metrics.h"
#include "collector/export/options.h"

struct source;

/* 0, or a negative errno and fail(). */
int source_open(struct source **out, const struct export_options *o);
void source_close(struct source *s);

/* What came since the last time is added. */
int source_read(struct source *s, struct fleet *f, struct metrics_facts *facts);

/* What is to be done now and then; returns when it wants to be called again. */
double source_tend(struct source *s, double now);

#endif
