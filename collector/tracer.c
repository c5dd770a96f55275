// SPDX-License-Identifier: GPL-2.0-only
#include "collector/tracer.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "collector/session.h"
#include "collector/witness.h"

static int start(void **state, const struct session_config *c)
{
	struct session *s;
	int err = session_open_with(&s, c);

	if (err)
		return err;
	*state = s;
	err = session_attach(s);
	if (err)
		session_close(s);
	return err;
}

static int counts_start(void **state, pid_t tgid)
{
	return start(state, &(struct session_config){ .tgid = tgid });
}

/* Every VM, not one: what a filter saves, and costs. */
static int unfiltered_start(void **state, pid_t tgid)
{
	(void)tgid;
	return start(state, &(struct session_config){ 0 });
}

static int checked_start(void **state, pid_t tgid)
{
	return start(state, &(struct session_config){ .tgid = tgid, .check = true });
}

/* As stat does by default. */
static int full_start(void **state, pid_t tgid)
{
	return start(state, &(struct session_config){ .tgid = tgid, .times = true,
						      .phases_every = 16 });
}

static int every_trip_start(void **state, pid_t tgid)
{
	return start(state, &(struct session_config){ .tgid = tgid, .times = true });
}

static int syncs_start(void **state, pid_t tgid)
{
	return start(state, &(struct session_config){ .tgid = tgid, .times = true, .syncs = true,
						      .phases_every = 16 });
}

/* Which VMCS fields L1 accesses. */
static int fields_start(void **state, pid_t tgid)
{
	return start(state, &(struct session_config){ .tgid = tgid, .fields = true });
}

/* The VM is another's than the one that is looked at. */
static int other_start(void **state, pid_t tgid)
{
	(void)tgid;
	return start(state, &(struct session_config){ .tgid = 1 });
}

static int other_full_start(void **state, pid_t tgid)
{
	(void)tgid;
	return start(state, &(struct session_config){ .tgid = 1, .times = true,
						      .phases_every = 16 });
}

static void session_settle(void *state)
{
	session_tend(state);
}

/* Attached, and taken out again before the window. */
static int detached_start(void **state, pid_t tgid)
{
	int err = full_start(state, tgid);

	if (!err)
		session_detach(*state);
	return err;
}

static void session_end(void *state)
{
	session_detach(state);
	session_close(state);
}

static int hist_start(void **state, pid_t tgid)
{
	struct witness *w;
	int err = witness_open(&w, tgid);

	if (err)
		return err;
	*state = w;
	err = witness_start(w);
	if (err)
		witness_close(w);
	return err;
}

static void hist_end(void *state)
{
	witness_stop(state);
	witness_close(state);
}

static const struct tracer tracers[] = {
	{ "empty", tracer_empty_attach, tracer_empty_detach, NULL, false },
	{ "counts", counts_start, session_end, session_settle, false },
	{ "counts-all-vms", unfiltered_start, session_end, session_settle, false },
	{ "counts-checked", checked_start, session_end, session_settle, false },
	{ "full", full_start, session_end, session_settle, false },
	{ "full-every-trip", every_trip_start, session_end, session_settle, false },
	{ "full-and-syncs", syncs_start, session_end, session_settle, false },
	{ "fields", fields_start, session_end, session_settle, false },
	{ "other-vm", other_start, session_end, session_settle, false },
	{ "other-vm-full", other_full_start, session_end, session_settle, false },
	{ "detached", detached_start, session_end, NULL, false },
	{ "record", tracer_record_attach, tracer_record_detach, tracer_record_settle, false },
	{ "record-all-entries", tracer_record_all_attach, tracer_record_detach,
	  tracer_record_settle, false },
	{ "record-counts-only", tracer_record_counts_attach, tracer_record_detach,
	  tracer_record_settle, false },
	{ "hist-triggers", hist_start, hist_end, NULL, false },
	{ "trace-cmd", tracer_trace_cmd_attach, tracer_tool_detach, NULL, true },
	{ "perf-kvm-stat", tracer_perf_attach, tracer_tool_detach, NULL, true },
};

const struct tracer *tracer_find(const char *name)
{
	for (size_t i = 0; i < sizeof(tracers) / sizeof(*tracers); i++)
		if (!strcmp(tracers[i].name, name))
			return &tracers[i];
	return NULL;
}
