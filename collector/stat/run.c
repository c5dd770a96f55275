// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/stat/live.h"
#include "collector/stat/wait.h"

struct run {
	const struct stat_options *o;
	struct live live;
	struct stat_model *model;
	struct stat_report report;
	struct waiting waiting;
	double reported; /* when the last interval ended */
	uint64_t lost;	 /* until then */
};

static int report(struct run *r, double now)
{
	double start = r->reported - r->live.begin;
	uint64_t lost = session_lost(r->live.session);
	int err = live_read(&r->live, r->model);

	if (!err)
		err = report_model(&r->report, r->model, start, now - r->reported, lost - r->lost);
	stat_model_advance(r->model);
	r->reported = now;
	r->lost = lost;
	return err;
}

static int report_last_line(struct run *r)
{
	double seconds = r->reported - r->live.begin;
	struct session_runs runs;
	struct stat_tracing tracing;

	session_runs(r->live.session, &runs);
	cost_tell(&r->live.cost, &runs, seconds, &tracing);
	return report_end(&r->report, seconds, r->lost, &tracing);
}

/* Waits, and puts the statistics on and off meanwhile. */
static enum stat_end wait_and_sample(struct run *r, double until)
{
	enum stat_end end = END_NOT_YET;
	double now;

	while (end == END_NOT_YET && (now = wait_now()) < until) {
		double next = live_sample(&r->live, now);

		end = wait_until(&r->waiting, next < until ? next : until);
		if (live_was_unloaded(&r->live))
			log_note("kvm_intel was unloaded; what comes when it is loaded again is "
				 "counted");
	}
	return end;
}

static double time_of_interval(const struct run *r, uint32_t number)
{
	return r->o->target.interval ? r->live.begin + number * r->o->target.interval : INFINITY;
}

/* A moment's less or more is no interval of its own. */
static bool is_over(double now, double end)
{
	return now + 1e-6 >= end;
}

/* Intervals until something ends the run. The last one is counted to the end. */
static int run_intervals(struct run *r, enum stat_end *end)
{
	double stop = r->o->target.duration ? r->live.begin + r->o->target.duration : INFINITY;
	int err = 0;

	*end = END_NOT_YET;
	for (uint32_t i = 1; !err && *end == END_NOT_YET; i++) {
		double until = fmin(time_of_interval(r, i), stop);

		*end = wait_and_sample(r, until);
		if (*end == END_NOT_YET && is_over(wait_now(), stop))
			*end = END_TIME;
		if (*end != END_NOT_YET)
			live_stop(&r->live, wait_now());
		if (*end != END_READER)
			err = report(r, wait_now());
	}
	return err;
}

static int begin(struct run *r)
{
	const struct target *t = &r->o->target;
	int err = t->tgid ? wait_for_vm(&r->waiting, t->tgid) : 0;

	if (!err)
		err = live_open(&r->live, t);
	if (err)
		return err;
	r->reported = r->live.begin;
	return r->o->command ? wait_for_command(&r->waiting, r->o->command) : 0;
}

/* A signal is how a run ends that has no other end. */
static int judge(const struct run *r, enum stat_end end)
{
	if (end == END_VM)
		log_note("the virtual machine (PID %d) has ended", (int)r->o->target.tgid);
	if (end == END_ERROR)
		return fail(NP_EXIT_FAILED, -EIO, "cannot wait: poll failed");
	return end == END_SIGNAL && (r->o->target.duration || r->o->command) ? -EINTR : 0;
}

static int run(struct run *r)
{
	enum stat_end end;
	int err = begin(r);

	if (err)
		return err;
	err = run_intervals(r, &end);
	if (!err && end == END_READER)
		return 0;
	if (!err)
		err = report_last_line(r);
	return err ? err : judge(r, end);
}

int stat_run(const struct stat_options *o)
{
	struct run *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (!r)
		return err;
	*r = (struct run){ .o = o,
			   .waiting = WAITING_NONE,
			   .live = LIVE_NONE,
			   .model = stat_model_new(),
			   .report = shown_report(&o->shown) };
	r->report.paths = o->target.fast_path;
	if (r->model)
		err = run(r);
	live_close(&r->live);
	wait_close(&r->waiting);
	stat_model_free(r->model);
	free(r);
	return err == -EPIPE ? 0 : err; /* nobody is left to be told */
}
