// SPDX-License-Identifier: GPL-2.0-only
#include "collector/clock_watch.h"

#include <stddef.h>
#include <time.h>

/* Two readings of two clocks are that much apart on a busy host, but for a suspend. */
#define SLEPT_NS 100000000
/* Of an iteration: minutes. What went backwards is far above, as unsigned numbers go. */
#define MOST_TICKS 1000000000000ull

static int64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int64_t clock_asleep(void)
{
	return now(CLOCK_BOOTTIME) - now(CLOCK_MONOTONIC);
}

const char *clock_doubt(int64_t slept, uint64_t ticks, uint64_t iterations)
{
	if (slept > SLEPT_NS)
		return "the host was suspended meanwhile";
	if (iterations && ticks / iterations >= MOST_TICKS)
		return "the time-stamp counter jumped meanwhile";
	return NULL;
}
