/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU's cycle counter (perf_event_open), host and guest apart, of a process's threads. */
#ifndef NESTPROF_CYCLE_COUNTERS_H
#define NESTPROF_CYCLE_COUNTERS_H

#include <sys/types.h>

#include "analysis/times.h"

struct cycle_counters;

/* Whether this CPU has one that tells host from guest. */
bool cycle_counters_there(void);

/* Of all threads that the process has now. -ESRCH: it has none. */
int cycle_counters_open(struct cycle_counters **c, pid_t pid);

/* What came since; not known where a counter had to share its register with another's. */
void cycle_counters_read(const struct cycle_counters *c, struct np_cycles *out);
void cycle_counters_close(struct cycle_counters *c);

#endif
