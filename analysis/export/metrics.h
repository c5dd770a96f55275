/* SPDX-License-Identifier: GPL-2.0-only */
/* A fleet as Prometheus reads it: OpenMetrics 1.0, or its text format 0.0.4. */
#ifndef NESTPROF_EXPORT_METRICS_H
#define NESTPROF_EXPORT_METRICS_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/export/fleet.h"

struct metrics_facts {
	const char *kernel;
	uint64_t lost;	     /* events */
	bool cost_known;     /* what tracing costs, by the kernel's own statistics */
	double cost_cpus, cost_ns_per_run;
	bool times;	     /* round trips are measured */
};

/* `uuid` is asked for each VM: "" when it is not known. */
typedef void (*metrics_uuid)(pid_t tgid, char *out, size_t size);

/* -EIO: it could not be written. */
int metrics_print(FILE *out, const struct fleet *f, const struct metrics_facts *facts,
		  metrics_uuid uuid, bool openmetrics);

/* So many series at most, whatever VMs come and go. */
uint32_t metrics_most_series(uint32_t max_vms);

#endif
