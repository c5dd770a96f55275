/* SPDX-License-Identifier: GPL-2.0-only */
/* Replays whose tables go into memory. */
#ifndef NESTPROF_REPLAY_REPORT_H
#define NESTPROF_REPLAY_REPORT_H

#include <stdio.h>

#include "analysis/recording/replay.h"
#include "analysis/stat_metrics.h"
#include "bpf/events.h"
#include "collector/stat/report.h"

#define START 1000000000ull

/* Two vCPUs to a VM. */
static inline struct stat_whose whose(uint32_t vcpu)
{
	struct stat_whose w = { .tgid = 100 + vcpu / 2, .vcpu = vcpu % 2 };

	snprintf(w.vm, sizeof(w.vm), "vm-%u", vcpu / 2);
	return w;
}

static struct stat_report report;
static char *text;
static size_t text_size;

static inline void begin_report(enum stat_by by)
{
	report = (struct stat_report){ .out = open_memstream(&text, &text_size),
				       .format = STAT_JSON,
				       .by = by,
				       .sort = stat_metric_find("share") };
	assert_non_null(report.out);
}

static inline char *end_report(void)
{
	fclose(report.out);
	return text;
}

static inline int print(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost, void *arg)
{
	(void)arg;
	return report_model(&report, m, (from - START) * 1e-9, (to - from) * 1e-9, lost);
}

static inline struct replay_options all(uint64_t interval)
{
	return (struct replay_options){ .vcpu = NP_ANY_VCPU,
					.times = true,
					.syncs = true,
					.phases_every = 1,
					.start = START,
					.interval = interval };
}

#endif
