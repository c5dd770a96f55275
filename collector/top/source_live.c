// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/source.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/stat/live.h"
#include "collector/stat/wait.h"

struct source_live {
	struct top_source source;
	struct live live;
	struct waiting waiting;
	/* The last sample of the programs' cost, and all until then. */
	struct stat_tracing tracing;
	struct session_runs runs;
	double sampled;
};

static int read_counters(struct top_source *source, struct stat_model *m, struct top_reading *r)
{
	struct source_live *s = (struct source_live *)source;
	int err;

	*r = (struct top_reading){ .time = wait_now(),
				   .lost = session_lost(s->live.session),
				   .tracing = s->tracing };
	err = live_read(&s->live, m);
	if (live_was_unloaded(&s->live))
		r->note = "kvm_intel was unloaded; counting goes on when it is loaded again";
	return err;
}

/* What the programs cost while the statistics were on this time. */
static void tell_cost(struct source_live *s)
{
	struct cost c = { .fd = -1, .err = s->live.cost.err, .on = s->live.cost.on - s->sampled };
	struct session_runs all, since;

	session_runs(s->live.session, &all);
	since = (struct session_runs){ all.count - s->runs.count, all.ns - s->runs.ns };
	cost_tell(&c, &since, c.on, &s->tracing);
	s->runs = all;
	s->sampled = s->live.cost.on;
}

static double sample(struct top_source *source, double now)
{
	struct source_live *s = (struct source_live *)source;
	double next = live_sample(&s->live, now);

	if (s->live.cost.err || s->live.cost.on > s->sampled)
		tell_cost(s);
	return next;
}

static void close_source(struct top_source *source)
{
	struct source_live *s = (struct source_live *)source;

	live_close(&s->live);
	wait_close(&s->waiting);
	free(s);
}

int top_source_live(struct top_source **out, const struct target *t)
{
	struct source_live *s = calloc(1, sizeof(*s));
	int err = 0;

	if (!s)
		return -ENOMEM;
	*s = (struct source_live){ .source = { read_counters, sample, close_source, -1 },
				   .live = LIVE_NONE,
				   .waiting = WAITING_NONE };
	if (t->tgid)
		err = wait_for_vm(&s->waiting, t->tgid);
	if (!err)
		err = live_open(&s->live, t);
	s->source.ended = s->waiting.vm;
	if (err)
		close_source(&s->source);
	else
		*out = &s->source;
	return err;
}
