// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/info.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The frames' own format has a number of its own: REC_VERSION. */
#define SCHEMA "nestprof-recording/1"
#define CLOCK "CLOCK_MONOTONIC"

json_t *rec_info_to_json(const struct rec_info *i)
{
	json_t *hooks = json_pack("{s:b, s:b, s:b, s:b}", "entry", i->has_entry, "sync_to_shadow",
				  i->has_sync[NP_SYNC_TO_SHADOW], "sync_from_shadow",
				  i->has_sync[NP_SYNC_FROM_SHADOW], "accesses",
				  i->has_accesses);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o}", "schema", SCHEMA,
			 "nestprof", i->nestprof, "kernel", i->kernel, "cpu", i->cpu, "clock",
			 CLOCK, "start_ns", (json_int_t)i->start, "start_time",
			 (json_int_t)i->start_time, "phases_every", (json_int_t)i->phases_every,
			 "hooks", hooks);
}

static int hooks_from_json(struct rec_info *i, json_t *o)
{
	int entry, to, from, accesses = 0;

	if (json_unpack(o, "{s:b, s:b, s:b, s?b}", "entry", &entry, "sync_to_shadow", &to,
			"sync_from_shadow", &from, "accesses", &accesses))
		return -EINVAL;
	i->has_entry = entry;
	i->has_accesses = accesses;
	i->has_sync[NP_SYNC_TO_SHADOW] = to;
	i->has_sync[NP_SYNC_FROM_SHADOW] = from;
	return 0;
}

int rec_info_from_json(struct rec_info *i, const json_t *o)
{
	const char *schema, *nestprof, *kernel, *cpu;
	json_int_t start, start_time, every;
	json_t *hooks;

	memset(i, 0, sizeof(*i));
	if (json_unpack((json_t *)o, "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o}", "schema", &schema,
			"nestprof", &nestprof, "kernel", &kernel, "cpu", &cpu, "start_ns", &start,
			"start_time", &start_time, "phases_every", &every, "hooks", &hooks))
		return -EINVAL;
	if (strcmp(schema, SCHEMA) || start < 0 || every < 1 || every > INT32_MAX)
		return -EINVAL;
	i->start = start;
	i->start_time = start_time;
	i->phases_every = every;
	snprintf(i->nestprof, sizeof(i->nestprof), "%s", nestprof);
	snprintf(i->kernel, sizeof(i->kernel), "%s", kernel);
	snprintf(i->cpu, sizeof(i->cpu), "%s", cpu);
	return hooks_from_json(i, hooks);
}

json_t *rec_end_to_json(const struct rec_end *e)
{
	return json_pack("{s:I, s:I, s:I, s:O?}", "end_ns", (json_int_t)e->end, "events",
			 (json_int_t)e->events, "lost", (json_int_t)e->lost, "tracing", e->tracing);
}

int rec_end_from_json(struct rec_end *e, const json_t *o)
{
	json_int_t end, events, lost;

	if (json_unpack((json_t *)o, "{s:I, s:I, s:I}", "end_ns", &end, "events", &events, "lost",
			&lost) ||
	    end < 0 || events < 0 || lost < 0)
		return -EINVAL;
	*e = (struct rec_end){ .end = end,
			       .events = events,
			       .lost = lost,
			       .tracing = json_object_get(o, "tracing") };
	return 0;
}
