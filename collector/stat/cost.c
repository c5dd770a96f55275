// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/cost.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "collector/session.h"

/* The kernel's BPF statistics are on for the first part of each period. */
#define PERIOD_S 1.0
#define ON_S 0.1

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

double cost_sample(struct cost *c, double begin, double now)
{
	double period = floor((now - begin) / PERIOD_S) * PERIOD_S + begin;
	bool on = now < period + ON_S;

	if (on)
		cost_on(c, now);
	else
		cost_off(c, now);
	return period + (on ? ON_S : PERIOD_S);
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
