// SPDX-License-Identifier: GPL-2.0-only
#include "collector/fields/run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/fields/read.h"
#include "collector/fields/report.h"
#include "collector/stat/wait.h"

/* Until what is not clear yet was seen to, it is counted as unknown: look soon. */
#define TEND_S 0.1

/* VMs that have ended make room for others so often, whatever is printed. */
#define TURN_S 10.0

struct run {
	const struct fields_options *o;
	struct session *session;
	struct waiting waiting;
	double begin, stop; /* INFINITY: something else ends it */
	struct fields_report report;
	struct fields_window window;
	struct fields_counts now;
	bool gone[NP_MAX_VCPUS];
	int64_t owed[2];
	uint64_t lost; /* when the interval began */
};

static int begin(struct run *r)
{
	const struct target *t = &r->o->target;
	const struct session_config c = { .tgid = t->tgid, .fields = true, .no_less = true };
	int err = t->tgid ? wait_for_vm(&r->waiting, t->tgid) : 0;

	if (!err)
		err = session_open_with(&r->session, &c);
	if (!err)
		err = session_attach(r->session);
	r->begin = wait_now();
	r->stop = t->duration ? r->begin + t->duration : INFINITY;
	if (err || !r->o->command)
		return err;
	return wait_for_command(&r->waiting, r->o->command);
}

static enum stat_end wait_and_tend(struct run *r, double until)
{
	enum stat_end end = END_NOT_YET;

	while (end == END_NOT_YET && wait_now() < until) {
		session_tend(r->session);
		end = wait_until(&r->waiting, fmin(wait_now() + TEND_S, until));
	}
	return end;
}

/* One vCPU's of each VM, where no other is asked for. */
static int add_vcpu(uint32_t slot, const struct np_vcpu *v, const struct np_pools *pools, void *arg)
{
	struct run *r = arg;
	struct np_account *to = &r->now.account;

	r->gone[slot] = v->key == NP_KEY_GONE;
	if (r->gone[slot])
		to = &r->window.gone.account;
	if (r->o->target.vcpu == NP_ANY_VCPU || r->o->target.vcpu == v->vcpu_id)
		np_account_add_vcpu(to, v, pools);
	return 0;
}

/* As they stand. Those of vCPUs that are gone are read once and for all. */
static int read_counts(struct run *r)
{
	int err;

	memset(r->gone, 0, sizeof(r->gone));
	fields_counts_clear(&r->now);
	err = session_each_vcpu(r->session, add_vcpu, r);
	if (!err)
		err = fields_read(r->session, r->o->target.vcpu, r->gone, &r->now.fields,
				  &r->window.gone.fields);
	for (uint32_t i = 0; !err && i < NP_MAX_VCPUS; i++)
		if (r->gone[i])
			session_recycle(r->session, i);
	return err;
}

/* What is still under way at the end of all is not known. */
static int print_interval(struct run *r, bool is_last)
{
	struct fields_counts *c = &r->report.counts;
	uint64_t lost = session_lost(r->session);
	int err = fields_window_turn(&r->window, &r->now, c);

	np_fields_owe(&c->fields, &c->account, r->owed);
	if (!err && is_last)
		err = np_fields_pay(&c->fields, r->owed);
	if (err)
		return err;
	np_fields_merge(&c->fields);
	r->report.when.seconds = wait_now() - r->begin - r->report.when.start;
	r->report.lost = lost - r->lost;
	r->report.enlightened = session_enlightened(r->session);
	r->lost = lost;
	return fields_report_print(&r->report);
}

/* When there is something to read or to print next. */
static double next_turn(const struct run *r)
{
	double interval = r->o->target.interval, until = wait_now() + TURN_S;

	if (interval)
		until = fmin(until, r->begin + r->report.when.interval * interval);
	return fmin(until, r->stop);
}

/* A moment's less or more is no interval of its own. */
static bool is_over(double end)
{
	return wait_now() + 1e-6 >= end;
}

static bool is_interval_over(const struct run *r)
{
	double interval = r->o->target.interval;

	return interval && is_over(r->begin + r->report.when.interval * interval);
}

/* The last interval is counted to the end. */
static int run_turn(struct run *r, enum stat_end *end)
{
	int err;

	*end = wait_and_tend(r, next_turn(r));
	if (*end == END_NOT_YET && is_over(r->stop))
		*end = END_TIME;
	if (*end != END_NOT_YET)
		session_detach(r->session);
	if (*end == END_READER)
		return 0;
	err = read_counts(r);
	if (err || (*end == END_NOT_YET && !is_interval_over(r)))
		return err;
	return print_interval(r, *end != END_NOT_YET);
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
	enum stat_end end = END_NOT_YET;
	int err = fields_report_open(&r->report, r->o);

	if (!err)
		err = begin(r);
	while (!err && end == END_NOT_YET)
		err = run_turn(r, &end);
	if (err || end == END_READER)
		return err;
	return judge(r, end);
}

int fields_run(const struct fields_options *o)
{
	struct run *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (!r)
		return err;
	*r = (struct run){ .o = o, .waiting = WAITING_NONE };
	err = run(r);
	session_close(r->session);
	wait_close(&r->waiting);
	fields_report_close(&r->report);
	fields_window_close(&r->window);
	fields_counts_clear(&r->now);
	free(r);
	return err == -EPIPE ? 0 : err; /* nobody is left to be told */
}
