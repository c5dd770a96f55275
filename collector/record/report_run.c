// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/report_run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/recording/info.h"
#include "analysis/recording/reader.h"
#include "analysis/recording/replay.h"
#include "collector/base/fail.h"
#include "collector/base/log.h"
#include "collector/base/proc.h"
#include "collector/stat/tracing.h"

#define NAMES 400 /* of VMs, for a message */

struct run {
	const struct report_options *o;
	const char *file; /* for messages */
	int fd;
	struct rec_reader *reader;
	struct rec_info info;
	struct replay *replay;
	struct stat_report report;
	struct stat_tracing tracing;
	uint64_t end; /* that the recording tells; 0: it did not yet */
	char names[NAMES];
};

static ssize_t read_fd(void *arg, void *data, size_t size)
{
	const struct run *r = arg;
	ssize_t n;

	do
		n = np_interrupted() ? -EINTR : read(r->fd, data, size);
	while (n < 0 && errno == EINTR && !np_interrupted());
	return n < 0 ? -errno : n;
}

static int open_file(struct run *r)
{
	bool standard = !strcmp(r->o->file, "-");

	r->file = standard ? "standard input" : r->o->file;
	r->fd = standard ? STDIN_FILENO : open(r->o->file, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return fail(NP_EXIT_MISSING, -errno, "cannot read %s: %s", r->file,
			    strerror(errno));
	r->reader = rec_reader_new(read_fd, r);
	return r->reader ? 0 : -ENOMEM;
}

static int cannot_read(const struct run *r, int err)
{
	if (err == -EINTR || err == -ENOMEM)
		return err;
	if (err == -EBADMSG)
		return fail(NP_EXIT_MISSING, err, "%s is no recording of nestprof's, or its "
			    "beginning is damaged", r->file);
	if (err == -ENOTSUP)
		return fail(NP_EXIT_MISSING, err, "%s was recorded by a later nestprof, in a "
			    "format that this one does not know", r->file);
	return fail(NP_EXIT_MISSING, err, "cannot read %s: %s", r->file, strerror(-err));
}

static int print_interval(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost,
			  void *arg)
{
	struct run *r = arg;

	return report_model(&r->report, m, (from - r->info.start) * 1e-9, (to - from) * 1e-9, lost);
}

static uint64_t ns_of(double seconds)
{
	return llround(seconds * 1e9);
}

static int begin_replay(struct run *r)
{
	const struct target *t = &r->o->target;
	struct replay_options o = { .tgid = t->pid,
				    .vm = t->vm,
				    .vcpu = t->vcpu,
				    .times = !t->counts_only && r->info.has_entry,
				    .syncs = true, /* if they were recorded */
				    .phases_every = t->phases_every,
				    .recorded_every = r->info.phases_every,
				    .start = r->info.start,
				    .interval = ns_of(t->interval),
				    .duration = ns_of(t->duration) };

	r->replay = replay_new(&o, print_interval, r);
	return r->replay ? 0 : -ENOMEM;
}

/* For the message that there is no VM of some name. */
static void remember(struct run *r, const struct stat_whose *w)
{
	char name[NP_VM_NAME + 32];
	size_t n = strlen(r->names);

	snprintf(name, sizeof(name), "%s%s (PID %d)", n ? ", " : "", w->vm, (int)w->tgid);
	if (!strstr(r->names, name + (n ? 2 : 0)) && n + strlen(name) < sizeof(r->names))
		strcpy(r->names + n, name);
}

static int take_stream(struct run *r)
{
	struct rec_stream s;

	if (rec_stream_from_json(&s, rec_reader_json(r->reader)))
		return -EBADMSG;
	remember(r, &s.whose);
	return replay_stream(r->replay, &s);
}

static int take_end(struct run *r)
{
	struct rec_end e;

	if (rec_end_from_json(&e, rec_reader_json(r->reader)))
		return -EBADMSG;
	r->end = e.end;
	tracing_from_json(&r->tracing, e.tracing);
	return 0;
}

static int take_frame(struct run *r, const struct rec_frame *f)
{
	switch (f->type) {
	case REC_VCPU:
		return take_stream(r);
	case REC_EVENTS:
		return replay_batch(r->replay, rec_reader_batch(r->reader));
	case REC_END:
		return take_end(r);
	default:
		return f->type == REC_FILE ? -EBADMSG : 0;
	}
}

static int read_first(struct run *r)
{
	const struct rec_frame *f;
	int err = rec_read_frame(r->reader, &f);

	if (err == 1 && !rec_info_from_json(&r->info, rec_reader_json(r->reader)))
		return 0;
	return cannot_read(r, err < 0 ? err : -EBADMSG);
}

/* Up to its end, to what is wrong, or to what was asked for. */
static int read_frames(struct run *r)
{
	const struct rec_frame *f;
	int err;

	while (!replay_is_over(r->replay) && (err = rec_read_frame(r->reader, &f))) {
		if (err < 0)
			return cannot_read(r, err);
		err = np_interrupted() ? -EINTR : take_frame(r, f);
		if (err == -EBADMSG)
			rec_reader_reject(r->reader, "a frame contradicts others");
		else if (err == -E2BIG)
			return fail(NP_EXIT_USAGE, err, "%s would take too many intervals, or "
				    "one of too many VMs: use another -I", r->file);
		else if (err)
			return err;
	}
	return replay_is_over(r->replay) ? 0 : replay_end(r->replay, r->end);
}

static int check_target(const struct run *r)
{
	const struct target *t = &r->o->target;

	if (replay_found(r->replay) || (!t->pid && !t->vm && t->vcpu == NP_ANY_VCPU))
		return 0;
	return fail(NP_EXIT_MISSING, -ENOENT,
		    "%s has no such virtual machine or vCPU; there are: %s", r->file,
		    r->names[0] ? r->names : "none");
}

static int tell_damage(struct run *r)
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

static int finish(struct run *r)
{
	double seconds = (replay_last(r->replay) - r->info.start) * 1e-9;
	int err;

	if (r->o->target.duration && seconds > r->o->target.duration)
		seconds = r->o->target.duration;
	err = report_end(&r->report, seconds, replay_lost(r->replay), &r->tracing);
	if (!err && replay_late(r->replay))
		log_note("%" PRIu64 " events came too late for their interval, and were counted in "
			 "the next", replay_late(r->replay));
	if (!err)
		err = check_target(r);
	return err ? err : tell_damage(r);
}

static int run(struct run *r)
{
	int err = open_file(r);

	if (!err)
		err = read_first(r);
	if (!err)
		err = begin_replay(r);
	if (!err)
		err = read_frames(r);
	return err ? err : finish(r);
}

int report_run(const struct report_options *o)
{
	struct run r = { .o = o, .fd = -1, .report = shown_report(&o->shown) };
	int err;

	tracing_from_json(&r.tracing, NULL);
	err = run(&r);
	replay_free(r.replay);
	rec_reader_free(r.reader);
	if (r.fd > STDIN_FILENO)
		close(r.fd);
	return err == -EPIPE ? 0 : err; /* nobody is left to be told */
}
