// SPDX-License-Identifier: GPL-2.0-only
#include "collector/tracer.h"

#include <stddef.h>
#include <string.h>

#include "collector/session.h"
#include "collector/witness.h"

static int session_start(void **state, pid_t tgid)
{
	struct session *s;
	int err = session_open(&s, tgid);

	if (err)
		return err;
	*state = s;
	err = session_attach(s);
	if (err)
		session_close(s);
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
	{ "empty", tracer_empty_attach, tracer_empty_detach },
	{ "counts", session_start, session_end },
	{ "hist-triggers", hist_start, hist_end },
};

const struct tracer *tracer_find(const char *name)
{
	for (size_t i = 0; i < sizeof(tracers) / sizeof(*tracers); i++)
		if (!strcmp(tracers[i].name, name))
			return &tracers[i];
	return NULL;
}
