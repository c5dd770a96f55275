// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/run.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "analysis/recording/info.h"
#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/environment.h"
#include "collector/host/vms.h"
#include "collector/record/output.h"
#include "collector/record/session.h"
#include "collector/stat/cost.h"
#include "collector/stat/tracing.h"
#include "collector/stat/wait.h"

/* A frame holds the events of so long, or as many as fit. */
#define FRAME_S 1.0
/* A program that was running when it was taken out has ended by then. */
#define GRACE_S 0.01

struct run {
	const struct record_options *o;
	struct record_session *session;
	struct drain_source source;
	struct drain *drain;
	struct rec_writer *writer;
	struct output out;
	struct waiting waiting;
	struct cost cost;
	double begin, flushed, pause;
	bool began; /* something was recorded */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	(void)arg;
	vm_name(tgid, name);
}

static int write_info(struct run *r, uint64_t start)
{
	struct rec_info i = { .start = start,
			      .start_time = time(NULL),
			      .nestprof = NP_VERSION,
			      .phases_every = r->o->target.phases_every,
			      .has_entry = record_session_has_entry(r->session) };
	struct utsname u;
	json_t *o;
	int err;

	if (!uname(&u))
		snprintf(i.kernel, sizeof(i.kernel), "%s", u.release);
	i.has_accesses = record_session_has_fields(r->session);
	environment_cpu_model(i.cpu, sizeof(i.cpu));
	for (int s = 0; s < NP_SYNCS; s++)
		i.has_sync[s] = record_session_has_sync(r->session, s);
	o = rec_info_to_json(&i);
	err = rec_write_json(r->writer, REC_FILE, o);
	json_decref(o);
	return err;
}

static int open_session(struct run *r)
{
	const struct target *t = &r->o->target;
	const struct record_config c = { .tgid = t->tgid,
					 .entries = !t->counts_only,
					 .syncs = t->shadow_sync,
					 .fields = r->o->fields,
					 .phases_every = t->phases_every,
					 .buffer = r->o->buffer_mib << 20 };
	int err = record_session_open(&r->session, &c);

	if (err)
		return err;
	record_session_source(r->session, &r->source);
	r->source.name_vm = name_vm;
	r->writer = rec_writer_new(output_write, &r->out);
	if (r->writer && r->o->fields)
		rec_writer_takes_accesses(r->writer);
	r->drain = r->writer ? drain_new(&r->source, r->writer, t->vcpu) : NULL;
	return r->drain ? 0 : -ENOMEM;
}

static int begin(struct run *r)
{
	pid_t tgid = r->o->target.tgid;
	int err = tgid ? wait_for_vm(&r->waiting, tgid) : 0;

	if (!err)
		err = open_session(r);
	if (!err)
		err = output_open(&r->out, r->o->file, r->o->force);
	if (!err)
		err = write_info(r, now_ns());
	if (!err)
		err = record_session_attach(r->session);
	if (err)
		return err;
	r->began = true;
	r->begin = r->flushed = wait_now();
	r->pause = drain_pause(r->drain);
	/* Only a recording that goes there needs standard output's reader. */
	r->waiting.out = r->out.fd;
	err = r->o->command ? wait_for_command(&r->waiting, r->o->command) : 0;
	drain_hurry();
	return err;
}

static int sweep(struct run *r)
{
	int err = drain_sweep(r->drain, now_ns());
	double now = wait_now();

	if (!err && now >= r->flushed + FRAME_S) {
		err = rec_flush(r->writer);
		r->flushed = now;
	}
	r->pause = drain_pause(r->drain);
	record_session_tend(r->session);
	cost_sample(&r->cost, r->begin, now);
	return err;
}

static int record_until_end(struct run *r, enum stat_end *end)
{
	double stop = r->o->target.duration ? r->begin + r->o->target.duration : INFINITY;
	int err = 0;

	*end = END_NOT_YET;
	while (!err && *end == END_NOT_YET) {
		*end = wait_until(&r->waiting, fmin(wait_now() + r->pause, stop));
		if (*end == END_NOT_YET && wait_now() >= stop)
			*end = END_TIME;
		if (*end == END_NOT_YET)
			err = sweep(r);
	}
	return err;
}

static json_t *tracing(struct run *r, double seconds)
{
	struct session_runs runs;
	struct stat_tracing t;

	record_session_runs(r->session, &runs);
	cost_tell(&r->cost, &runs, seconds, &t);
	return tracing_to_json(&t);
}

static int write_end(struct run *r, uint64_t end)
{
	const struct rec_totals *totals = rec_writer_totals(r->writer);
	struct rec_end e = { .end = end,
			     .events = totals->events,
			     .lost = totals->lost,
			     .tracing = tracing(r, wait_now() - r->begin) };
	json_t *o = rec_end_to_json(&e);
	int err = rec_write_json(r->writer, REC_END, o);

	json_decref(e.tracing);
	json_decref(o);
	return err;
}

static int finish(struct run *r)
{
	uint64_t end;
	int err;

	cost_off(&r->cost, wait_now());
	record_session_detach(r->session);
	end = now_ns();
	nanosleep(&(struct timespec){ .tv_nsec = GRACE_S * 1e9 }, NULL);
	err = drain_finish(r->drain, end);
	return err ? err : write_end(r, end);
}

static void tell(const struct run *r)
{
	const struct rec_totals *t = rec_writer_totals(r->writer);

	log_note("recorded %" PRIu64 " events in %s: %" PRIu64 " bytes; lost events: %" PRIu64,
		 t->events, r->out.name, t->bytes, t->lost);
	record_session_tell(r->session);
	if (t->lost)
		log_warn("events were lost: with a larger --buffer (now %" PRIu64 " MiB) fewer are",
			 r->o->buffer_mib);
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

	if (!err)
		err = record_until_end(r, &end);
	if (!err && end == END_READER)
		return -EPIPE;
	if (!err)
		err = finish(r);
	if (err)
		return err;
	tell(r);
	return judge(r, end);
}

int record_run(const struct record_options *o)
{
	struct run *r = calloc(1, sizeof(*r));
	int err, closed;

	if (!r)
		return -ENOMEM;
	*r = (struct run){ .o = o, .waiting = WAITING_NONE, .cost = COST_NONE, .out = OUTPUT_NONE };
	err = run(r);
	cost_off(&r->cost, 0);
	record_session_close(r->session);
	closed = output_close(&r->out, r->began);
	wait_close(&r->waiting);
	drain_free(r->drain);
	rec_writer_free(r->writer);
	free(r);
	if (err == -EPIPE)
		err = 0; /* nobody is left to be told */
	return err ? err : closed;
}
