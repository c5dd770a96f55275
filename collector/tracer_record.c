// SPDX-License-Identifier: GPL-2.0-only
#include "collector/tracer.h"

#include "collector/record/run.h"
#include "collector/record/session.h"

/* Nobody reads: the buffer holds all events of a window, and the programs alone are measured. */
static int start(void **state, struct record_config c)
{
	struct record_session *s;
	int err;

	c.buffer = (uint64_t)RECORD_BUFFER_MIB << 20;
	err = record_session_open(&s, &c);
	if (err)
		return err;
	*state = s;
	err = record_session_attach(s);
	if (err)
		record_session_close(s);
	return err;
}

int tracer_record_attach(void **state, pid_t tgid)
{
	return start(state, (struct record_config){ .tgid = tgid, .entries = true,
						    .phases_every = TARGET_PHASES_EVERY });
}

int tracer_record_all_attach(void **state, pid_t tgid)
{
	return start(state, (struct record_config){ .tgid = tgid, .entries = true });
}

int tracer_record_counts_attach(void **state, pid_t tgid)
{
	return start(state, (struct record_config){ .tgid = tgid });
}

void tracer_record_settle(void *state)
{
	record_session_tend(state);
}

void tracer_record_detach(void *state)
{
	record_session_detach(state);
	record_session_close(state);
}
