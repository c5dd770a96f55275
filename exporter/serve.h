/* SPDX-License-Identifier: GPL-2.0-only */
/* The HTTP server: /metrics, until a signal ends it. */
#ifndef NESTPROF_EXPORTER_SERVE_H
#define NESTPROF_EXPORTER_SERVE_H

#include "collector/export/options.h"

/* 0, or a negative errno and fail(). */
int serve(const struct export_options *o);

#endif
