// SPDX-License-Identifier: GPL-2.0-only
#include "collector/calibrate/sweeps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/log.h"

/* Any will do that makes L2 exit and L0 do nothing but give that to L1. */
#define WORKLOAD "cpuid"

static const uint32_t times[] = { 1, 2, 4, 8 };
#define BASE_EVERY 2 /* sweeps: how often what all are compared with is measured again */

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

static int measure_sweep(struct l1 *l1, const char *arm, uint64_t iterations, const char *access,
			 struct np_calibration *c)
{
	int err = 0;

	for (size_t k = 0; !err && k < sizeof(times) / sizeof(*times); k++)
		err = measure_point(l1, arm, iterations, access, times[k], c);
	return err;
}

int sweeps_measure(struct l1 *l1, const char *arm, uint64_t iterations, struct np_calibration *c)
{
	uint32_t n = 0;
	int err = 0;

	for (int i = 0; !err && i < NP_NR_COSTS; i++) {
		const struct np_cost_source *s = &np_cost_sources[i];

		if (!s->access || strcmp(s->arm, arm))
			continue;
		log_phase("%s: sweep of %s", arm, s->access);
		if (n++ % BASE_EVERY == 0)
			err = measure_point(l1, arm, iterations, "", 0, c);
		if (!err)
			err = measure_sweep(l1, arm, iterations, s->access, c);
	}
	return err;
}
