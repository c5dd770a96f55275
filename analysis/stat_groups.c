// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stat_groups.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static double counter(const struct stat_group *g, size_t offset)
{
	return *(const uint64_t *)((const char *)g + offset);
}

static double rate(const struct stat_group *g, size_t offset)
{
	return g->seconds > 0 ? counter(g, offset) / g->seconds : NAN;
}

static double share(const struct stat_group *g, size_t arg)
{
	(void)arg;
	return g->all ? 100.0 * g->l0_exits / g->all : NAN;
}

/* The exits of L2 themselves, and those that L1 made for them. */
static double l0_per_l2(const struct stat_group *g, size_t arg)
{
	uint64_t exits = g->l2_exits + g->synthetic;

	(void)arg;
	return exits ? (double)(g->l2_exits + g->caused) / exits : NAN;
}

#define COUNTER(field) offsetof(struct stat_group, field)
#define SYNC(which, field) offsetof(struct stat_group, sync[NP_SYNC_##which].field)

const struct stat_group_metric stat_group_metrics[] = {
	{ { "l0_rate", "L0 exits", "1/s", 0 }, GROUP_DERIVED, rate, COUNTER(l0_exits) },
	{ { "l2_rate", "L2 exits", "1/s", 0 }, GROUP_DERIVED, rate, COUNTER(l2_exits) },
	{ { "l0_per_l2", "L0 exits", "per L2 exit", 2 }, GROUP_DERIVED, l0_per_l2, 0 },
	{ { "share", "share", "%", 1 }, GROUP_DERIVED, share, 0 },
	{ { "l0_exits", "L0 exits", "", 0 }, GROUP_ALWAYS, counter, COUNTER(l0_exits) },
	{ { "l2_exits", "L2 exits", "", 0 }, GROUP_ALWAYS, counter, COUNTER(l2_exits) },
	{ { "entries", "L2 entries", "", 0 }, GROUP_ALWAYS, counter, COUNTER(entries) },
	{ { "failed_entries", "failed", "", 0 }, GROUP_ALWAYS, counter, COUNTER(failed_entries) },
	{ { "to_shadow", "to shadow", "", 0 }, GROUP_NOT_ZERO, counter, SYNC(TO_SHADOW, n) },
	{ { "to_shadow_ns", "in all", "ns", 0 }, GROUP_NOT_ZERO, counter, SYNC(TO_SHADOW, ns) },
	{ { "from_shadow", "from shadow", "", 0 }, GROUP_NOT_ZERO, counter, SYNC(FROM_SHADOW, n) },
	{ { "from_shadow_ns", "in all", "ns", 0 }, GROUP_NOT_ZERO, counter,
	  SYNC(FROM_SHADOW, ns) },
	{ { "unfinished", "in progress", "", 0 }, GROUP_ALWAYS, counter, COUNTER(unfinished) },
	{ { "desyncs", "misfits", "", 0 }, GROUP_ALWAYS, counter, COUNTER(desyncs) },
};

const uint32_t stat_nr_group_metrics = sizeof(stat_group_metrics) / sizeof(stat_group_metrics[0]);

const struct stat_group_metric *stat_group_metric_find(const char *key)
{
	for (uint32_t i = 0; i < stat_nr_group_metrics; i++)
		if (!strcmp(stat_group_metrics[i].column.key, key))
			return &stat_group_metrics[i];
	return NULL;
}
