/* SPDX-License-Identifier: GPL-2.0-only */
/* A calibration whose costs are known, because its sweeps are made from them. */
#ifndef NESTPROF_SAMPLE_CALIBRATION_H
#define NESTPROF_SAMPLE_CALIBRATION_H

#include <math.h>
#include <string.h>

#include "analysis/calibration.h"
#include "tests/unit/sample_result.h"

#define KNOWN_SYNC 900.0
#define KNOWN_DIRTY 600.0
#define KNOWN_OFF 13000.0

/* Nothing about them is right but that they differ. */
static const double known_cost[NP_NR_COSTS] = {
	[NP_COST_TRAPPED + NP_READ] = 1100,
	[NP_COST_TRAPPED + NP_READ_MEMORY] = 2300,
	[NP_COST_TRAPPED + NP_WRITE] = 1150,
	[NP_COST_TRAPPED + NP_WRITE_MEMORY] = 2350,
	[NP_COST_SHADOWED + NP_READ] = 5,
	[NP_COST_SHADOWED + NP_READ_MEMORY] = 6,
	[NP_COST_SHADOWED + NP_WRITE] = 7,
	[NP_COST_SHADOWED + NP_WRITE_MEMORY] = 8,
	[NP_COST_UNSHADOWED + NP_READ] = 1105,
	[NP_COST_UNSHADOWED + NP_READ_MEMORY] = 2305,
	[NP_COST_UNSHADOWED + NP_WRITE] = 1155,
	[NP_COST_UNSHADOWED + NP_WRITE_MEMORY] = 2355,
	[NP_COST_READ_ONLY + NP_WRITE] = 1250,
	[NP_COST_READ_ONLY + NP_WRITE_MEMORY] = 2450,
};

/* The micro-hypervisor's three VMREADs and one VMWRITE. */
static inline double known_on(void)
{
	return KNOWN_OFF - 3 * (1100 - 5) - (1150 - 7) + KNOWN_SYNC;
}

static inline void sample_point(struct np_sweep *s, uint32_t times, double ticks)
{
	struct np_point *p = &s->point[s->nr_points++];

	p->times = times;
	for (p->samples.n = 0; p->samples.n < 3; p->samples.n++)
		p->samples.ticks[p->samples.n] = ticks;
}

static inline void sample_sweep(struct np_calibration *c, enum np_cost cost)
{
	const struct np_cost_source *source = &np_cost_sources[cost];
	struct np_sweep *s = np_calibration_add(c, source->arm, source->access);
	double base = strcmp(source->arm, NP_ARM_OFF) ? known_on() : KNOWN_OFF;

	if (cost >= NP_COST_UNSHADOWED && source->access[0] == 'W')
		base += KNOWN_DIRTY;
	for (uint32_t n = 1; n <= 8; n *= 2)
		sample_point(s, n, base + n * known_cost[cost]);
}

static inline void sample_machine(struct np_result *r)
{
	r->emulated = true;
	strcpy(r->time_unit, "ticks");
	np_result_set_env(r, "cpu_model", "Sample CPU");
	np_result_set_env(r, "l0_kernel", "6.1.0-sample");
	np_result_set_env(r, "l0_package", "6.1.1-1");
}

/* Unsolved, and with sweeps of the first `n` costs alone. */
static inline struct np_calibration *sample_calibration(int n)
{
	struct np_calibration *c = np_calibration_new();

	strcpy(c->date, "2026-11-23T01:15:00Z");
	sample_machine(c->where);
	for (int on = 0; on < 2; on++) {
		const char *name = on ? NP_ARM_ON : NP_ARM_OFF;
		struct np_arm_result *a = np_result_add_arm(c->where, name);

		a->params[a->nr_params++] = (struct np_param){ "ept", "Y" };
		sample_point(np_calibration_add(c, name, ""), 0, on ? known_on() : KNOWN_OFF);
	}
	for (int i = 0; i < n && i < NP_COST_DIRTY; i++)
		if (np_cost_sources[i].access)
			sample_sweep(c, i);
	return c;
}

#endif
