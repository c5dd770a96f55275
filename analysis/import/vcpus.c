// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/vcpus.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/import/whose.h"

#define MARK_NS 50000000u
#define SEATS 2048u /* a power of two, and more than vCPUs that there can be at a time */

struct imp_vcpus {
	const struct imp_sink *sink;
	struct imp_seen seen;
	struct imp_vcpu vcpu[NP_MAX_VCPUS];
	uint32_t nr, streams;
	uint16_t seat[SEATS]; /* by thread: which of them, from 1 on */
	struct imp_vcpu *last;
	uint8_t isa; /* a vCPU's, and so every one's */
	uint64_t now, marked, told_lost;
};

struct imp_vcpus *imp_vcpus_new(const struct imp_sink *sink)
{
	struct imp_vcpus *v = calloc(1, sizeof(*v));

	if (v)
		v->sink = sink;
	return v;
}

void imp_vcpus_free(struct imp_vcpus *v)
{
	free(v);
}

const struct imp_seen *imp_vcpus_seen(const struct imp_vcpus *v)
{
	return &v->seen;
}

static uint32_t seat_of(const struct imp_vcpus *v, int32_t tid)
{
	uint32_t at = (uint32_t)tid * 0x9e3779b1u >> 16;

	while (v->seat[at % SEATS] && v->vcpu[v->seat[at % SEATS] - 1].tid != tid)
		at++;
	return at % SEATS;
}

static void seat_all(struct imp_vcpus *v)
{
	memset(v->seat, 0, sizeof(v->seat));
	for (uint32_t i = 0; i < v->nr; i++)
		v->seat[seat_of(v, v->vcpu[i].tid)] = i + 1;
}

static int tell_of(struct imp_vcpus *v, struct imp_vcpu *c)
{
	uint8_t isa = c->isa ? c->isa : v->isa;
	struct rec_stream s = { .stream = ++v->streams, .isa = isa ? isa : NP_ISA_VMX };

	s.whose.tgid = c->tgid > 0 ? c->tgid : c->tid > 0 ? c->tid : 1;
	s.whose.vcpu = c->number != IMP_NO_VCPU ? c->number : 0;
	c->stream = s.stream;
	return v->sink->vcpu(v->sink->arg, &s);
}

/* What is told of the vCPU so far; what it holds waits on. */
static int flush(struct imp_vcpus *v, struct imp_vcpu *c)
{
	uint32_t n = c->n;
	int err = n && !c->stream ? tell_of(v, c) : 0;

	if (!err && n)
		err = v->sink->events(v->sink->arg, c->stream, c->told, c->from, n);
	c->told[0] = c->told[n];
	c->from[0] = c->from[n];
	c->n = 0;
	return err;
}

static int make_room(struct imp_vcpus *v, struct imp_vcpu *c)
{
	return c->n > IMP_TOLD - IMP_TOLD_AT_ONCE ? flush(v, c) : 0;
}

static int flush_all(struct imp_vcpus *v)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < v->nr; i++)
		err = flush(v, &v->vcpu[i]);
	return err;
}

/* The one of which nothing was heard for longest makes room. */
static int drop_one(struct imp_vcpus *v, uint32_t *slot)
{
	struct imp_vcpu *oldest = &v->vcpu[0];
	int err;

	for (uint32_t i = 1; i < v->nr; i++)
		if (v->vcpu[i].now < oldest->now)
			oldest = &v->vcpu[i];
	*slot = oldest - v->vcpu;
	err = make_room(v, oldest);
	imp_whose_settle(oldest, &v->seen);
	imp_whose_gone(oldest);
	return err ?: flush_all(v); /* the sink may need to be rid of it before the next comes */
}

static void learn(struct imp_vcpus *v, struct imp_vcpu *c, const struct imp_event *e)
{
	if (e->tgid)
		c->tgid = e->tgid;
	if (c->number == IMP_NO_VCPU)
		c->number = e->vcpu;
	if (e->isa == NP_ISA_VMX || e->isa == NP_ISA_SVM)
		v->isa = c->isa = e->isa;
}

/* Whose event it is becomes the last one. */
static int find(struct imp_vcpus *v, const struct imp_event *e)
{
	uint32_t at = seat_of(v, e->tid), slot = v->seat[at];
	bool crowded = v->nr == NP_MAX_VCPUS;
	int err = 0;

	if (slot) {
		v->last = &v->vcpu[slot - 1];
		return 0;
	}
	slot = v->nr;
	if (crowded)
		err = drop_one(v, &slot);
	else
		v->nr++;
	v->last = &v->vcpu[slot];
	*v->last = (struct imp_vcpu){ .tid = e->tid, .number = IMP_NO_VCPU, .gaps = v->seen.gaps };
	seat_all(v);
	learn(v, v->last, e);
	return err || !crowded ? err : tell_of(v, v->last);
}

/* Something was lost since the vCPU's last event, and may have been its own. */
static void take_gap(struct imp_vcpus *v, struct imp_vcpu *c)
{
	c->gaps = v->seen.gaps;
	imp_whose_settle(c, &v->seen);
	imp_whose_gap(c, v->seen.lost - v->told_lost);
	v->told_lost = v->seen.lost;
}

/* Nobody waits longer than this for what comes next. */
static int take_mark(struct imp_vcpus *v)
{
	uint64_t ns = v->now > MARK_NS ? v->now - MARK_NS : 0;
	int err = 0;

	v->marked = v->now;
	for (uint32_t i = 0; !err && i < v->nr; i++) {
		struct imp_vcpu *c = &v->vcpu[i];

		err = make_room(v, c);
		if (c->holds && c->from[c->n].ns < ns)
			imp_whose_settle(c, &v->seen);
		err = err ?: flush(v, c);
	}
	return err ?: v->sink->mark(v->sink->arg, ns, 0);
}

static inline int take_event(struct imp_vcpus *v, struct imp_vcpu *c,
			     const struct imp_event *e)
{
	int err = make_room(v, c);

	if (c->gaps != v->seen.gaps) {
		take_gap(v, c);
		err = err ?: make_room(v, c);
	}
	if (!c->isa || c->number == IMP_NO_VCPU)
		learn(v, c, e);
	c->now = e->ns;
	imp_whose_event(c, e, &v->seen);
	return err;
}

static inline int take(struct imp_vcpus *v, const struct imp_event *e)
{
	int err = 0;

	v->now = e->ns;
	v->seen.events[e->type]++;
	if (e->type == NP_EVENT_LOST) {
		v->seen.gaps++;
		v->seen.lost += e->lost;
		return 0;
	}
	if (e->ns - v->marked > MARK_NS)
		err = take_mark(v);
	if (!v->last || v->last->tid != e->tid)
		err = err ?: find(v, e);
	return err ?: take_event(v, v->last, e);
}

int imp_vcpus_events(struct imp_vcpus *v, const struct imp_event *e, uint32_t n)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < n; i++)
		err = take(v, &e[i]);
	return err;
}

int imp_vcpus_finish(struct imp_vcpus *v)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < v->nr; i++) {
		err = make_room(v, &v->vcpu[i]);
		imp_whose_settle(&v->vcpu[i], &v->seen);
	}
	err = err ?: flush_all(v);
	return err ?: v->sink->mark(v->sink->arg, v->now, v->seen.lost - v->told_lost);
}
