// SPDX-License-Identifier: GPL-2.0-only
/*
 * perf.data and trace.dat, whatever they say: read as report does, and counted. The events
 * of a vCPU are in the order of their times, and what is wrong is told with where it is.
 */
#include <errno.h>
#include <stdlib.h>

#include "analysis/import/import.h"
#include "analysis/recording/replay.h"

struct input {
	const uint8_t *data;
	size_t size;
};

#define MAX_STREAMS 4096u

struct counted {
	struct replay *replay; /* NULL: of most inputs, for it takes ten times as long */
	uint32_t streams;
	uint64_t ns[MAX_STREAMS]; /* by stream: its last event's time */
};

static ssize_t read_at(void *arg, uint64_t offset, void *to, size_t size)
{
	const struct input *in = arg;

	if (offset >= in->size)
		return 0;
	if (size > in->size - offset)
		size = in->size - offset;
	memcpy(to, in->data + offset, size);
	return size;
}

static int take_vcpu(void *arg, const struct rec_stream *s)
{
	struct counted *c = arg;

	if (s->stream != ++c->streams)
		abort();
	if (s->stream == MAX_STREAMS)
		return -E2BIG;
	return c->replay ? replay_stream(c->replay, s) : 0;
}

static void take_event(struct counted *c, uint32_t stream, const struct rec_event *e,
		       const struct imp_origin *from)
{
	uint64_t ns = np_event_has_time(e->type) ? e->ns : from->ns;

	if (ns < c->ns[stream] || ns != from->ns)
		abort();
	c->ns[stream] = ns;
}

static int take_events(void *arg, uint32_t stream, const struct rec_event *e,
		       const struct imp_origin *from, uint32_t n)
{
	struct counted *c = arg;

	if (!stream || stream > c->streams)
		abort();
	for (uint32_t i = 0; i < n; i++)
		take_event(c, stream, &e[i], &from[i]);
	if (c->replay && replay_events(c->replay, stream, e, n) == -EBADMSG)
		abort();
	return 0;
}

static int take_mark(void *arg, uint64_t ns, uint64_t missed)
{
	struct counted *c = arg;

	return c->replay ? replay_mark(c->replay, ns, missed) : 0;
}

static int no_table(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost, void *arg)
{
	(void)m, (void)from, (void)to, (void)lost, (void)arg;
	return 0;
}

static void run(struct import *im, const struct imp_error *error, bool replayed)
{
	struct replay_options o = { .vcpu = NP_ANY_VCPU, .times = true, .phases_every = 1,
				    .recorded_every = 1, .start = import_start(im) };
	struct counted *c = calloc(1, sizeof(*c));
	struct imp_sink sink = { take_vcpu, take_events, take_mark, c };
	int err;

	if (replayed)
		c->replay = replay_new(&o, no_table, NULL);
	err = import_run(im, &sink);
	if (err == -EBADMSG && !error->what[0])
		abort();
	for (uint32_t i = 0; import_lack(im, i); i++)
		;
	if (!err && replayed)
		replay_end(c->replay, 0);
	replay_free(c->replay);
	free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct imp_source source = { read_at, &in, size };
	struct imp_error error = { 0 };
	struct import *im = NULL;
	enum import_kind kind = import_kind(data, size);
	int err;

	if (!kind)
		return 0;
	/* perf writes to pipes as well: 16 is how long the header then is. */
	if (kind == IMPORT_PERF && size > 8 && data[8] == 16)
		source.size = IMP_UNKNOWN;
	err = import_open(&im, kind, &source, &error);
	if (!err)
		run(im, &error, size % 32 == 0);
	else if (err == -EBADMSG && !error.what[0])
		abort();
	import_free(im);
	return 0;
}
