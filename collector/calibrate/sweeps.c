// SPDX-License-Identifier: GPL-2.0-only
#include "collector/calibrate/sweeps.h"

#include <errno.h>
#include <stdio.h>

#include "collector/base/log.h"

/* Any will do that makes L2 exit and L0 do nothing but give that to L1. */
#define WORKLOAD "cpuid"

static const char *const accesses[] = { "R:6820", "R:6820m", "W:6820", "W:6820m",
	"R:440e", "R:440em", "W:6c14", "W:6c14m", "W:4404", "W:4404m",
	"R:4402", "R:440c", "R:681e", "W:681e", "R:0802", "R:0c08","R:6400","R:2400","W:4012","W:2800","W:0c02", "W:4824", "R:4816","W:0800","R:0800","R:6822" };
static const uint32_t times[] = { 1, 4, 8 };

static int measure(struct l1 *l1, uint64_t iterations, const char *access, uint32_t n,
		   struct np_samples *out)
{
	char sequence[NP_NAME + 16] = "", all[NP_LINE_MAX];
	uint64_t ticks;
	int err;

	if (n)
		snprintf(sequence, sizeof(sequence), "%s*%u", access, n);
	err = l1_set_sequence(l1, sequence, all);
	if (!err)
		err = l1_run(l1, WORKLOAD, iterations, &ticks);
	if (!err)
		out->ticks[out->n++] = (double)ticks / iterations;
	return err;
}

/* The point of so many times, made when it is not there yet. */
static struct np_samples *samples_at(struct np_sweep *s, uint32_t n)
{
	uint32_t i = 0;

	while (i < s->nr_points && s->point[i].times != n)
		i++;
	if (i == NP_MAX_POINTS || (i < s->nr_points && s->point[i].samples.n == NP_MAX_SAMPLES))
		return NULL;
	s->nr_points += i == s->nr_points;
	s->point[i].times = n;
	return &s->point[i].samples;
}

static int measure_point(struct l1 *l1, const char *arm, uint64_t iterations, const char *access,
			 uint32_t n, struct np_calibration *c)
{
	struct np_sweep *s = np_calibration_add(c, arm, access);
	struct np_samples *samples = s ? samples_at(s, n) : NULL;

	return samples ? measure(l1, iterations, access, n, samples) : -E2BIG;
}

int sweeps_measure(struct l1 *l1, const char *arm, uint64_t iterations, struct np_calibration *c)
{
	int err = measure_point(l1, arm, iterations, "", 0, c);

	for (size_t i = 0; !err && i < sizeof(accesses) / sizeof(*accesses); i++) {
		log_phase("%s: sweep of %s", arm, accesses[i]);
		for (size_t k = 0; !err && k < sizeof(times) / sizeof(*times); k++)
			err = measure_point(l1, arm, iterations, accesses[i], times[k], c);
	}
	return err;
}
