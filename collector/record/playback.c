// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/playback.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"

static int cannot_read(const struct playback *r, int err)
{
	if (err == -EINTR || err == -ENOMEM)
		return err;
	if (err == -EBADMSG)
		return fail(NP_EXIT_MISSING, err, "%s is no recording of nestprof's, perf's or "
			    "trace-cmd's, or its beginning is damaged", r->file);
	if (err == -ENOTSUP)
		return fail(NP_EXIT_MISSING, err, "%s was recorded by a later nestprof, in a "
			    "format that this one does not know", r->file);
	return fail(NP_EXIT_MISSING, err, "cannot read %s: %s%s", r->file, strerror(-err),
		    err == -EISDIR ? ", with no result.json in it" : "");
}

static int read_first(struct playback *r)
{
	const struct rec_frame *f;
	int err = rec_read_frame(r->reader, &f);

	if (err == 1 && !rec_info_from_json(&r->info, rec_reader_json(r->reader)))
		return 0;
	return cannot_read(r, err < 0 ? err : -EBADMSG);
}

static int open_recording(struct playback *r)
{
	r->reader = rec_reader_new(trace_file_read, &r->trace);
	return r->reader ? read_first(r) : -ENOMEM;
}

static int open_imported(struct playback *r)
{
	int err = imported_open(&r->imported, &r->trace);

	r->tracing.err = -ENOTSUP;
	if (!err)
		imported_info(&r->imported, &r->info);
	return err;
}

int playback_open(struct playback *r, const char *path, const struct target *target)
{
	int err;

	*r = (struct playback){ .target = target };
	tracing_from_json(&r->tracing, NULL);
	err = trace_file_open(&r->trace, path);
	r->file = r->trace.name;
	if (err)
		return err;
	return r->trace.kind ? open_imported(r) : open_recording(r);
}

static uint64_t ns_of(double seconds)
{
	return llround(seconds * 1e9);
}

struct replay_options playback_options(const struct playback *r)
{
	const struct target *t = r->target;

	return (struct replay_options){ .tgid = t->pid,
					.vm = t->vm,
					.vcpu = t->vcpu,
					.times = !t->counts_only && r->info.has_entry,
					.syncs = true, /* if they were recorded */
					.phases_every = t->phases_every,
					.recorded_every = r->info.phases_every,
					.start = r->info.start,
					.interval = ns_of(t->interval),
					.duration = ns_of(t->duration) };
}

/* For the message that there is no VM of some name. */
static void remember(struct playback *r, const struct stat_whose *w)
{
	char name[NP_VM_NAME + 32];
	size_t n = strlen(r->names);

	snprintf(name, sizeof(name), "%s%s (PID %d)", n ? ", " : "", w->vm, (int)w->tgid);
	if (!strstr(r->names, name + (n ? 2 : 0)) && n + strlen(name) < sizeof(r->names))
		strcpy(r->names + n, name);
}

static int take_vcpu(void *arg, const struct rec_stream *s)
{
	struct playback *r = arg;

	remember(r, &s->whose);
	return replay_stream(r->replay, s);
}

static int take_stream(struct playback *r)
{
	struct rec_stream s;

	if (rec_stream_from_json(&s, rec_reader_json(r->reader)))
		return -EBADMSG;
	return take_vcpu(r, &s);
}

static int take_end(struct playback *r)
{
	struct rec_end e;

	if (rec_end_from_json(&e, rec_reader_json(r->reader)))
		return -EBADMSG;
	r->end = e.end;
	tracing_from_json(&r->tracing, e.tracing);
	return 0;
}

static int take_access(struct playback *r)
{
	struct rec_access a;

	if (rec_access_from_json(&a, rec_reader_json(r->reader)))
		return -EBADMSG;
	return replay_access(r->replay, &a);
}

static int take_frame(struct playback *r, const struct rec_frame *f)
{
	switch (f->type) {
	case REC_VCPU:
		return take_stream(r);
	case REC_ACCESS:
		return take_access(r);
	case REC_EVENTS:
		return replay_batch(r->replay, rec_reader_batch(r->reader));
	case REC_END:
		return take_end(r);
	default:
		return f->type == REC_FILE ? -EBADMSG : 0;
	}
}

static int too_many(const struct playback *r)
{
	return fail(NP_EXIT_USAGE, -E2BIG, "%s would take too many intervals, or one of too many "
		    "VMs: use another -I", r->file);
}

/* Up to its end, to what is wrong, or to what was asked for. */
static int read_frames(struct playback *r)
{
	const struct rec_frame *f;
	int err;

	while (!replay_is_over(r->replay) && (err = rec_read_frame(r->reader, &f))) {
		if (err < 0)
			return cannot_read(r, err);
		err = np_interrupted() ? -EINTR : take_frame(r, f);
		if (err == -EBADMSG)
			rec_reader_reject(r->reader, "a frame contradicts others");
		else if (err)
			return err;
	}
	return replay_is_over(r->replay) ? 0 : replay_end(r->replay, r->end);
}

/* An exit that may be an access of L1's to its VMCS. */
static int take_access_of(struct playback *r, uint32_t stream, const struct rec_event *exit,
			  const struct imp_origin *from)
{
	struct rec_event e = { .type = NP_EVENT_ACCESS };
	struct rec_access a;
	bool is_new;
	int err;

	e.ns = imp_sites_access(r->sites, stream, exit, from, &a, &is_new);
	err = is_new ? replay_access(r->replay, &a) : 0;
	return err || !e.ns ? err : replay_events(r->replay, stream, &e, 1);
}

static bool may_access(const struct rec_event *e, const struct imp_origin *from)
{
	return e->type == NP_EVENT_EXIT && e->level != NP_LEVEL_L2 && from->own;
}

/* The events, and after each that it was an access if it was one. */
static int take_accesses(struct playback *r, uint32_t stream, const struct rec_event *e,
			 const struct imp_origin *from, uint32_t n)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < n; i++) {
		err = replay_events(r->replay, stream, &e[i], 1);
		if (!err && may_access(&e[i], &from[i]))
			err = take_access_of(r, stream, &e[i], &from[i]);
	}
	return err;
}

static int take_events(void *arg, uint32_t stream, const struct rec_event *e,
		       const struct imp_origin *from, uint32_t n)
{
	struct playback *r = arg;

	return r->sites ? take_accesses(r, stream, e, from, n)
			: replay_events(r->replay, stream, e, n);
}

#define ENOUGH 1 /* what comes now was not asked for */

static int take_mark(void *arg, uint64_t ns, uint64_t missed)
{
	struct playback *r = arg;
	int err = np_interrupted() ? -EINTR : replay_mark(r->replay, ns, missed);

	imported_progress(&r->imported);
	return err ?: replay_is_over(r->replay) ? ENOUGH : 0;
}

static int read_imported(struct playback *r)
{
	struct imp_sink sink = { .vcpu = take_vcpu, .events = take_events, .mark = take_mark,
				 .arg = r };
	int err = imported_run(&r->imported, &sink);

	if (err && err != ENOUGH)
		return err;
	return replay_is_over(r->replay) ? 0 : replay_end(r->replay, 0);
}

int playback_run(struct playback *r, const struct replay_options *o, replay_interval each,
		 void *arg)
{
	int err;

	r->replay = replay_new(o, each, arg);
	if (r->trace.kind && o->fields)
		r->sites = imp_sites_new();
	if (!r->replay || (r->trace.kind && o->fields && !r->sites))
		return -ENOMEM;
	err = r->trace.kind ? read_imported(r) : read_frames(r);
	return err == -E2BIG ? too_many(r) : err;
}

double playback_seconds(const struct playback *r)
{
	double seconds = (replay_last(r->replay) - r->info.start) * 1e-9;
	double most = r->target->duration;

	return most && seconds > most ? most : seconds;
}

static int check_target(const struct playback *r)
{
	const struct target *t = r->target;

	if (replay_found(r->replay) || (!t->pid && !t->vm && t->vcpu == NP_ANY_VCPU))
		return 0;
	return fail(NP_EXIT_MISSING, -ENOENT,
		    "%s has no such virtual machine or vCPU; there are: %s", r->file,
		    r->names[0] ? r->names : "none");
}

static int tell_damage(struct playback *r)
{
	struct rec_damage d = { 0 };
	int err = replay_is_over(r->replay) ? 0 : rec_reader_damage(r->reader, &d);

	if (err)
		return cannot_read(r, err);
	if (!d.what)
		return 0;
	return fail(NP_EXIT_DAMAGED, -EBADMSG,
		    "%s: %s, at byte %" PRIu64 "; what came before is shown. Left out: %" PRIu64
		    " bytes, with %" PRIu64 " whole frames of %" PRIu64 " events",
		    r->file, d.what, d.offset, d.bytes, d.frames, d.events);
}

int playback_judge(struct playback *r)
{
	int err;

	if (replay_late(r->replay))
		log_note("%" PRIu64 " events came too late for their interval, and were counted in "
			 "the next", replay_late(r->replay));
	err = check_target(r);
	if (err)
		return err;
	return r->trace.kind ? imported_judge(&r->imported) : tell_damage(r);
}

void playback_close(struct playback *r)
{
	replay_free(r->replay);
	rec_reader_free(r->reader);
	imported_close(&r->imported);
	imp_sites_free(r->sites);
	trace_file_close(&r->trace);
}
