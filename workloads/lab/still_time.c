// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into the emulator: the host's clock stands still. Bochs 2.7 keeps
 * a timer that follows the host's time whatever `clock: sync=` says; when it
 * fires the emulated CPU leaves its inner loop, which shifts the tick count of
 * string instructions by a few. With a clock that stands still it fires after
 * the same instructions in every run.
 */
#include <sys/time.h>
#include <time.h>

#define STANDS_AT 1700000000 /* the machines' time0 */

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	(void)zone;
	tv->tv_sec = STANDS_AT;
	tv->tv_usec = 0;
	return 0;
}

time_t time(time_t *to)
{
	if (to)
		*to = STANDS_AT;
	return STANDS_AT;
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	(void)clock;
	ts->tv_sec = STANDS_AT;
	ts->tv_nsec = 0;
	return 0;
}
