// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/cost.h"

#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "collector/session.h"

void cost_on(struct cost *c, double now)
{
	if (c->fd >= 0 || c->err)
		return;
	c->fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (c->fd < 0)
		c->err = -errno;
	c->since = now;
}

void cost_off(struct cost *c, double now)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	c->fd = -1;
	c->on += now - c->since;
}

void cost_tell(const struct cost *c, const struct session_runs *runs, double seconds,
	       struct stat_tracing *t)
{
	*t = (struct stat_tracing){ .err = c->err, .sampled = c->on, .runs = runs->count };
	if (c->err || !runs->count || c->on <= 0 || seconds <= 0)
		return;
	t->measured = true;
	t->ns_per_run = (double)runs->ns / runs->count;
	t->cpu_seconds = runs->ns * 1e-9 * seconds / c->on;
	t->cpu_percent = 100 * t->cpu_seconds / seconds;
}
