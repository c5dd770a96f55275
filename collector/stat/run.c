// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/host/hostfs.h"
#include "collector/host/vms.h"
#include "collector/session.h"
#include "collector/stat/wait.h"

/* The kernel's BPF statistics are on for the first part of each period. */
#define COST_PERIOD_S 1.0
#define COST_ON_S 0.1

#define KVM_INTEL "/sys/module/kvm_intel"

struct run {
	const struct stat_options *o;
	struct session *session;
	struct stat_model *model;
	struct stat_report report;
	struct waiting waiting;
	struct cost cost;
	double begin, reported; /* when counting began, and the last interval ended */
	uint64_t lost;		/* until then */
	bool unloaded;		/* kvm_intel is */
};

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	vm_name(tgid, name);
}

static int read_vcpu(uint32_t slot, const struct np_vcpu *v, const struct np_pools *pools,
		     void *arg)
{
	struct run *r = arg;
	bool gone = v->key == NP_KEY_GONE;
	int err = 0;

	if (r->o->vcpu == NP_ANY_VCPU || r->o->vcpu == v->vcpu_id)
		err = stat_model_vcpu(r->model, slot, v, pools, gone, name_vm, NULL);
	if (!err && gone)
		session_recycle(r->session, slot);
	return err;
}

static int report(struct run *r, double now)
{
	struct stat_lines lines = { 0 };
	uint64_t lost = session_lost(r->session);
	int err = session_each_vcpu(r->session, read_vcpu, r);

	if (!err)
		err = stat_model_windows(r->model, r->o->by, stat_lines_add, &lines);
	if (!err)
		err = stat_lines_finish(&lines, now - r->reported, r->o->min_share, r->o->sort);
	if (!err)
		err = report_interval(&r->report, r->reported - r->begin, &lines, lost - r->lost);
	stat_lines_free(&lines);
	stat_model_advance(r->model);
	r->reported = now;
	r->lost = lost;
	return err;
}

static int report_last_line(struct run *r)
{
	double seconds = r->reported - r->begin;
	struct session_runs runs;
	struct stat_tracing tracing;

	session_runs(r->session, &runs);
	cost_tell(&r->cost, &runs, seconds, &tracing);
	return report_end(&r->report, seconds, r->lost, &tracing);
}

/* The hooks stay in kvm's own code: counting goes on when it comes back. */
static void watch_module(struct run *r)
{
	bool unloaded = !host_exists(KVM_INTEL);

	if (unloaded && !r->unloaded)
		log_note("kvm_intel was unloaded; what comes when it is loaded again is counted");
	r->unloaded = unloaded;
}

/* Waits, and puts the statistics on and off meanwhile. */
static enum stat_end wait_and_sample(struct run *r, double until)
{
	enum stat_end end = END_NOT_YET;
	double now;

	while (end == END_NOT_YET && (now = wait_now()) < until) {
		double period = floor((now - r->begin) / COST_PERIOD_S) * COST_PERIOD_S + r->begin;
		bool on = now < period + COST_ON_S;
		double next = period + (on ? COST_ON_S : COST_PERIOD_S);

		if (on)
			cost_on(&r->cost, now);
		else
			cost_off(&r->cost, now);
		end = wait_until(&r->waiting, next < until ? next : until);
		watch_module(r);
	}
	return end;
}

static double time_of_interval(const struct run *r, uint32_t number)
{
	return r->o->interval ? r->begin + number * r->o->interval : INFINITY;
}

/* A moment's less or more is no interval of its own. */
static bool is_over(double now, double end)
{
	return now + 1e-6 >= end;
}

/* Intervals until something ends the run. The last one is counted to the end. */
static int run_intervals(struct run *r, enum stat_end *end)
{
	double stop = r->o->duration ? r->begin + r->o->duration : INFINITY;
	int err = 0;

	*end = END_NOT_YET;
	for (uint32_t i = 1; !err && *end == END_NOT_YET; i++) {
		double until = fmin(time_of_interval(r, i), stop);

		*end = wait_and_sample(r, until);
		if (*end == END_NOT_YET && is_over(wait_now(), stop))
			*end = END_TIME;
		if (*end != END_NOT_YET) {
			cost_off(&r->cost, wait_now());
			session_detach(r->session);
		}
		if (*end != END_READER)
			err = report(r, wait_now());
	}
	return err;
}

static int begin(struct run *r)
{
	int err = r->o->tgid ? wait_for_vm(&r->waiting, r->o->tgid) : 0;

	if (!err)
		err = session_open(&r->session, r->o->tgid);
	if (!err)
		err = session_attach(r->session);
	if (err)
		return err;
	r->begin = r->reported = wait_now();
	return r->o->command ? wait_for_command(&r->waiting, r->o->command) : 0;
}

/* A signal is how a run ends that has no other end. */
static int judge(const struct run *r, enum stat_end end)
{
	if (end == END_VM)
		log_note("the virtual machine (PID %d) has ended", (int)r->o->tgid);
	if (end == END_ERROR)
		return fail(NP_EXIT_FAILED, -EIO, "cannot wait: poll failed");
	return end == END_SIGNAL && (r->o->duration || r->o->command) ? -EINTR : 0;
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
			   .cost = COST_NONE,
			   .model = stat_model_new(),
			   .report = { .out = stdout,
				       .notes = stderr,
				       .format = o->format,
				       .by = o->by } };
	if (r->model)
		err = run(r);
	cost_off(&r->cost, 0);
	session_close(r->session);
	wait_close(&r->waiting);
	stat_model_free(r->model);
	free(r);
	return err == -EPIPE ? 0 : err; /* nobody is left to be told */
}
