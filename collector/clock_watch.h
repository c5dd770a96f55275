/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a time that was measured is one: not while the host slept, nor by a counter that
 * was set back or forward meanwhile.
 */
#ifndef NESTPROF_CLOCK_WATCH_H
#define NESTPROF_CLOCK_WATCH_H

#include <stdint.h>

/* How long this host has been suspended since it booted, in ns. */
int64_t clock_asleep(void);

/* NULL: it can be believed; else why not, in words. `slept`: by how much clock_asleep() rose. */
const char *clock_doubt(int64_t slept, uint64_t ticks, uint64_t iterations);

#endif
