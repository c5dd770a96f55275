// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timeline for Perfetto and Chrome's trace viewer: JSON in the Trace Event Format. Each vCPU
 * is a track of slices, one after another: L2, L1, and L0 with the exit that it deals with.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "collector/convert/writer.h"

enum who { NOBODY, WHO_L0, WHO_L1, WHO_L2 };

/* What a vCPU does just now. */
struct now {
	enum who who;
	uint64_t since;
	const char *reason; /* of the exit that L0 deals with */
	uint8_t level;	    /* as the nested events tell it */
};

struct timeline {
	struct convert_writer w;
	struct text text;
	uint64_t start;
	bool any;
	struct now now[NP_MAX_VCPUS];
};

static int begin(struct convert_writer *w, const struct rec_info *info)
{
	struct timeline *t = (struct timeline *)w;

	t->start = info->start;
	text_string(&t->text, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
	return 0;
}

static void next_record(struct timeline *t)
{
	text_string(&t->text, t->any ? ",\n" : "\n");
	t->any = true;
}

static int vcpu(struct convert_writer *w, const struct rec_stream *s, uint32_t slot)
{
	struct timeline *t = (struct timeline *)w;
	char *vm = text_json(s->whose.vm[0] ? s->whose.vm : "VM");

	if (!vm)
		return -ENOMEM;
	t->now[slot] = (struct now){ .who = NOBODY };
	next_record(t);
	text_add(&t->text, "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,\"args\":"
		 "{\"name\":%s}}", (int)s->whose.tgid, vm);
	next_record(t);
	text_add(&t->text, "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%d,\"tid\":%" PRIu32
		 ",\"args\":{\"name\":\"vCPU %" PRIu32 "\"}}", (int)s->whose.tgid, s->stream,
		 s->whose.vcpu);
	free(vm);
	return text_line(&t->text);
}

/* Microseconds, to the nanosecond. */
static void time_us(struct text *t, const char *key, uint64_t ns)
{
	text_add(t, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000, (unsigned int)(ns % 1000));
}

/* What the vCPU did until now. */
static int slice(struct timeline *t, const struct convert_event *e)
{
	static const char *const names[] = { "", "L0", "L1", "L2" };
	struct now *n = &t->now[e->slot];

	if (n->who == NOBODY || e->e.ns < n->since || n->since < t->start)
		return 0;
	next_record(t);
	text_add(&t->text, "{\"ph\":\"X\",\"name\":\"%s%s%s\",\"cat\":\"%s\",\"pid\":%d,"
		 "\"tid\":%" PRIu32, names[n->who], n->reason ? " " : "", n->reason ?: "",
		 names[n->who], (int)e->vcpu->whose.tgid, e->vcpu->stream);
	time_us(&t->text, "ts", n->since - t->start);
	time_us(&t->text, "dur", e->e.ns - n->since);
	if (n->reason)
		text_add(&t->text, ",\"args\":{\"reason\":\"%s\"}", n->reason);
	else if (e->e.type == NP_EVENT_EXIT)
		text_add(&t->text, ",\"args\":{\"exit\":\"%s\"}",
			 convert_reason_name(e->vcpu, &e->e));
	text_string(&t->text, "}");
	return text_line(&t->text);
}

static int turn(struct timeline *t, const struct convert_event *e, enum who who,
		const char *reason)
{
	int err = slice(t, e);

	t->now[e->slot].who = who;
	t->now[e->slot].since = e->e.ns;
	t->now[e->slot].reason = reason;
	return err;
}

static enum who who_enters(const struct now *n, const struct rec_event *e)
{
	uint8_t level = e->level ? e->level : n->level;

	return level == NP_LEVEL_L2 ? WHO_L2 : WHO_L1;
}

static int event(struct convert_writer *w, const struct convert_event *e)
{
	struct timeline *t = (struct timeline *)w;
	struct now *n = &t->now[e->slot];

	switch (e->e.type) {
	case NP_EVENT_EXIT:
		return turn(t, e, WHO_L0, convert_reason_name(e->vcpu, &e->e));
	case NP_EVENT_ENTRY:
		return turn(t, e, who_enters(n, &e->e), NULL);
	case NP_EVENT_VMENTER:
		n->level = NP_LEVEL_L2;
		return 0;
	case NP_EVENT_INJECT:
	case NP_EVENT_FAILED:
		n->level = NP_LEVEL_L1;
		return 0;
	case NP_EVENT_GONE:
		return turn(t, e, NOBODY, NULL);
	case NP_EVENT_LOST: /* nobody knows */
		n->who = NOBODY;
		return 0;
	default:
		return 0;
	}
}

static int mark(struct convert_writer *w, uint64_t ns, uint64_t missed)
{
	(void)w, (void)ns, (void)missed;
	return 0;
}

static int end(struct convert_writer *w, uint64_t ns, uint64_t lost)
{
	struct timeline *t = (struct timeline *)w;

	(void)ns;
	text_add(&t->text, "\n],\"otherData\":{\"nestprof\":\"%s\",\"lost\":\"%" PRIu64 "\"}}\n",
		 NP_VERSION, lost);
	return text_flush(&t->text);
}

static void free_timeline(struct convert_writer *w)
{
	free(w);
}

struct convert_writer *convert_timeline(struct output *out)
{
	struct timeline *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->text.out = out;
	t->w = (struct convert_writer){ .begin = begin, .vcpu = vcpu, .event = event,
					.mark = mark, .end = end, .free = free_timeline };
	return &t->w;
}
