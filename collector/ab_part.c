// SPDX-License-Identifier: GPL-2.0-only
#include "collector/ab_part.h"

#include <errno.h>
#include <stdio.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/workload.h"

static bool native_form(const struct ab_config *c, const struct ab_arm *arm,
			const struct workload *w)
{
	(void)c;
	return !arm->native || w->native;
}

static bool enough_cpus(const struct ab_config *c, const struct ab_arm *arm,
			const struct workload *w)
{
	(void)arm;
	return w->cpus <= c->cpus;
}

/* What a workload needs to run in an arm. */
static const struct {
	bool (*has)(const struct ab_config *c, const struct ab_arm *arm,
		    const struct workload *w);
	const char *without;
} needs[] = {
	{ native_form, "without a native form" },
	{ enough_cpus, "for they need a second CPU" },
};

#define NR_NEEDS (sizeof(needs) / sizeof(*needs))

static bool fits(const struct ab_config *c, const struct ab_arm *arm, const struct workload *w)
{
	bool all = true;

	for (size_t i = 0; i < NR_NEEDS; i++)
		all &= needs[i].has(c, arm, w);
	return all;
}

bool ab_part(const struct ab_config *c, const struct ab_arm *arm, uint32_t cpus,
	     struct ab_config *part)
{
	*part = *c;
	part->nr_workloads = 0;
	part->l1.cpus = cpus;
	for (uint32_t i = 0; i < c->nr_workloads; i++) {
		const struct workload *w = workload_find(c->workloads[i]);

		if (w->cpus == cpus && fits(c, arm, w))
			part->workloads[part->nr_workloads++] = w->name;
	}
	return part->nr_workloads > 0;
}

static void say_left_out(const struct ab_config *c, const struct ab_arm *arm, size_t need)
{
	char names[NP_MAX_WORKLOADS * NP_NAME];
	uint32_t n = 0;
	size_t len = 0;

	for (uint32_t i = 0; i < c->nr_workloads; i++) {
		const struct workload *w = workload_find(c->workloads[i]);

		if (!needs[need].has(c, arm, w))
			len += snprintf(names + len, sizeof(names) - len, "%s%s",
					n++ ? ", " : "", w->name);
	}
	if (n)
		log_note("%s: left out, %s: %s", arm->name, needs[need].without, names);
}

bool ab_part_any(const struct ab_config *c, const struct ab_arm *arm)
{
	struct ab_config part;
	bool any = false;

	for (uint32_t cpus = 1; cpus <= AB_PARTS; cpus++)
		any |= ab_part(c, arm, cpus, &part);
	return any;
}

int ab_part_check(const struct ab_config *c)
{
	bool any = false;

	for (uint32_t a = 0; a < c->nr_arms; a++) {
		for (size_t i = 0; i < NR_NEEDS; i++)
			say_left_out(c, c->arms[a], i);
		any |= ab_part_any(c, c->arms[a]);
	}
	return any ? 0 : fail(NP_EXIT_USAGE, -EINVAL,
			      "none of the workloads can run in these arms");
}
