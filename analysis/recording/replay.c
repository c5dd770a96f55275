// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/recording/replay_access.h"
#include "analysis/recording/replay_vcpu.h"

/* More tables than anybody reads: a day of seconds and some. */
#define MAX_INTERVALS 100000
/* Of vCPUs that are gone, the model keeps the counters until the interval is over. */
#define MAX_GONE 65536
/* How many events of the next interval can wait for the last ones of this one. */
#define MAX_HELD (1u << 21)
#define NEVER UINT64_MAX

struct held {
	uint32_t slot;
	uint64_t ns; /* a loss has the time of what came before */
	struct rec_event e;
};

struct slot {
	struct rec_stream s; /* .stream 0: free */
	bool wanted;
	uint64_t now; /* its last event's time */
	bool gone;    /* as soon as what is held is counted */
};

struct replay {
	struct replay_options o;
	replay_interval each;
	void *arg;
	struct stat_model *model;
	struct replay_vcpus vcpus;
	struct replay_accesses *accesses; /* NULL: not wanted */
	struct slot slot[NP_MAX_VCPUS];
	uint32_t found, gone, intervals;
	uint32_t found_last; /* the slot whose event came last */
	bool over;
	uint64_t from, to; /* the interval */
	uint64_t last;
	uint64_t lost, all_lost; /* in this interval; in all */
	uint64_t late;
	bool anything; /* was counted since the last interval */
	struct held *held;
	uint32_t nr_held, max_held;
};

/* When there is no interval, there is no end. */
static uint64_t end_of_interval(const struct replay *r)
{
	uint64_t end = NEVER, stop = NEVER;

	if (r->o.interval && r->o.interval < NEVER - r->from)
		end = r->from + r->o.interval;
	if (r->o.duration && r->o.duration < NEVER - r->o.start)
		stop = r->o.start + r->o.duration;
	return end < stop ? end : stop;
}

struct replay *replay_new(const struct replay_options *o, replay_interval each, void *arg)
{
	struct replay *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->o = *o;
	r->each = each;
	r->arg = arg;
	r->from = r->last = o->start;
	r->to = end_of_interval(r);
	r->vcpus.times = o->times;
	r->vcpus.syncs = o->syncs;
	r->model = stat_model_new();
	if (o->fields)
		r->accesses = replay_accesses_new(o->fields);
	if (!replay_vcpus_init(&r->vcpus, o->phases_every, o->recorded_every) && r->model &&
	    (r->accesses || !o->fields))
		return r;
	replay_free(r);
	return NULL;
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	stat_model_free(r->model);
	replay_vcpus_free(&r->vcpus);
	replay_accesses_free(r->accesses);
	free(r->held);
	free(r);
}

bool replay_is_over(const struct replay *r)
{
	return r->over;
}

uint64_t replay_last(const struct replay *r)
{
	return r->last;
}

uint64_t replay_lost(const struct replay *r)
{
	return r->all_lost;
}

uint32_t replay_found(const struct replay *r)
{
	return r->found;
}

uint64_t replay_late(const struct replay *r)
{
	return r->late;
}

/* Slot + 1; 0: there is none of that stream. 0 is the stream of free ones. */
static uint32_t find(const struct replay *r, uint32_t stream)
{
	for (uint32_t i = 0; i < NP_MAX_VCPUS; i++)
		if (r->slot[i].s.stream == stream)
			return i + 1;
	return 0;
}

static bool is_wanted(const struct replay *r, const struct stat_whose *w)
{
	return (!r->o.tgid || r->o.tgid == w->tgid) && (!r->o.vm || !strcmp(r->o.vm, w->vm)) &&
	       (r->o.vcpu == NP_ANY_VCPU || r->o.vcpu == w->vcpu);
}

int replay_stream(struct replay *r, const struct rec_stream *s)
{
	uint32_t slot = find(r, 0);
	struct np_vcpu *v;

	if (!slot || find(r, s->stream))
		return -EBADMSG;
	slot--;
	r->slot[slot] = (struct slot){ .s = *s, .wanted = is_wanted(r, &s->whose) };
	r->found += r->slot[slot].wanted;
	replay_vcpu_begin(&r->vcpus, slot, s->isa);
	v = &r->vcpus.vcpu[slot];
	v->tgid = s->whose.tgid;
	v->vcpu_id = s->whose.vcpu;
	return 0;
}

int replay_access(struct replay *r, const struct rec_access *a)
{
	uint32_t slot = find(r, a->stream);

	if (!slot)
		return -EBADMSG;
	return r->accesses ? replay_accesses_learn(r->accesses, slot - 1, a) : 0;
}

static void name_vm(pid_t tgid, char name[NP_VM_NAME], void *arg)
{
	const struct slot *s = arg;

	(void)tgid;
	memcpy(name, s->s.whose.vm, NP_VM_NAME);
}

static int read_slot(struct replay *r, uint32_t slot, bool gone)
{
	if (!r->slot[slot].s.stream || !r->slot[slot].wanted)
		return 0;
	return stat_model_vcpu(r->model, slot, &r->vcpus.vcpu[slot], &r->vcpus.pools, gone, name_vm,
			       &r->slot[slot]);
}

/* The slot's part of what is asked for besides the model. */
static int sum_up(struct replay *r, uint32_t slot)
{
	const struct np_vcpu *v = &r->vcpus.vcpu[slot];

	if (!r->slot[slot].s.stream || !r->slot[slot].wanted)
		return 0;
	if (r->o.account)
		np_account_add_vcpu(r->o.account, v, &r->vcpus.pools);
	return r->accesses ? replay_accesses_end(r->accesses, slot, v) : 0;
}

/* The model keeps what it had; the slot is another's. */
static int end_slot(struct replay *r, uint32_t slot)
{
	int err = read_slot(r, slot, true);

	if (!err)
		err = sum_up(r, slot);
	if (!err && r->slot[slot].wanted && ++r->gone > MAX_GONE)
		err = -E2BIG;
	replay_vcpu_end(&r->vcpus, slot);
	memset(&r->slot[slot], 0, sizeof(r->slot[slot]));
	return err;
}

static inline int apply(struct replay *r, uint32_t slot, const struct rec_event *e)
{
	int err = 0;

	r->anything = true;
	if (e->type == NP_EVENT_LOST)
		r->lost += e->ns;
	if (r->slot[slot].wanted) {
		replay_vcpu_event(&r->vcpus, slot, e);
		if (r->accesses)
			err = replay_accesses_event(r->accesses, slot, e, &r->vcpus.vcpu[slot]);
	}
	return err || e->type != NP_EVENT_GONE ? err : end_slot(r, slot);
}

/* False: there is no room; it counts at once. */
static bool hold(struct replay *r, uint32_t slot, const struct rec_event *e)
{
	if (r->nr_held == r->max_held) {
		uint32_t max = r->max_held ? 2 * r->max_held : 1024;
		struct held *more = max <= MAX_HELD ? reallocarray(r->held, max, sizeof(*more))
						    : NULL;

		if (!more)
			return false;
		r->held = more;
		r->max_held = max;
	}
	r->held[r->nr_held++] = (struct held){ slot, r->slot[slot].now, *e };
	r->slot[slot].gone = e->type == NP_EVENT_GONE;
	return true;
}

/* An event of this interval, or of a later one. */
static inline int take(struct replay *r, uint32_t slot, const struct rec_event *e)
{
	struct slot *s = &r->slot[slot];
	bool has_time = np_event_has_time(e->type);
	struct rec_event moved;

	if (s->gone)
		return -EBADMSG;
	if (has_time && e->ns < s->now) { /* time does not go back */
		moved = *e;
		moved.ns = s->now;
		e = &moved;
	}
	if (has_time) {
		s->now = e->ns;
		r->late += e->ns < r->from;
	}
	if (s->now > r->last)
		r->last = s->now;
	if (s->now >= r->to) {
		if (hold(r, slot, e))
			return 0;
		r->late += has_time;
	}
	return apply(r, slot, e);
}

static int take_run(struct replay *r, uint32_t slot, const struct rec_event *e, uint32_t n)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < n; i++)
		err = take(r, slot, &e[i]);
	return err;
}

/* What is held of the interval that begins. */
static int release(struct replay *r)
{
	uint32_t kept = 0;
	int err = 0;

	for (uint32_t i = 0; !err && i < r->nr_held; i++) {
		struct held h = r->held[i];

		if (h.ns >= r->to)
			r->held[kept++] = h;
		else
			err = apply(r, h.slot, &h.e);
	}
	r->nr_held = kept;
	return err;
}

static int end_interval(struct replay *r, uint64_t to)
{
	int err = ++r->intervals > MAX_INTERVALS ? -E2BIG : 0;

	for (uint32_t i = 0; !err && i < NP_MAX_VCPUS; i++) {
		err = read_slot(r, i, false);
		if (!err && !r->o.interval)
			err = sum_up(r, i);
	}
	if (!err)
		err = r->each(r->model, r->from, to, r->lost, r->arg);
	stat_model_advance(r->model);
	r->all_lost += r->lost;
	r->lost = 0;
	r->gone = 0;
	r->anything = false;
	r->from = to;
	return err;
}

/* All events before `ns` are there. */
static int come_to(struct replay *r, uint64_t ns)
{
	int err = 0;

	while (!err && !r->over && r->to != NEVER && ns >= r->to) {
		err = end_interval(r, r->to);
		r->over = r->o.duration && r->from - r->o.start >= r->o.duration;
		r->to = end_of_interval(r);
		if (!err && !r->over)
			err = release(r);
	}
	return err;
}

int replay_mark(struct replay *r, uint64_t ns, uint64_t missed)
{
	r->lost += missed;
	if (ns > r->last)
		r->last = ns;
	return come_to(r, ns);
}

int replay_events(struct replay *r, uint32_t stream, const struct rec_event *e, uint32_t n)
{
	if (r->slot[r->found_last].s.stream != stream) {
		uint32_t slot = find(r, stream);

		if (!slot)
			return -EBADMSG;
		r->found_last = slot - 1;
	}
	return take_run(r, r->found_last, e, n);
}

/* What is left of the cursor's run. */
static int take_rest(struct replay *r, uint32_t slot, struct rec_cursor *c,
		     const struct rec_batch *b)
{
	enum { AT_ONCE = 64 };
	struct rec_event e[AT_ONCE];
	uint32_t n;
	int err;

	do {
		n = 0;
		while (n < AT_ONCE && rec_cursor_event(c, b, &e[n]))
			n++;
		err = take_run(r, slot, e, n);
	} while (!err && n == AT_ONCE);
	return err;
}

int replay_batch(struct replay *r, const struct rec_batch *b)
{
	struct rec_cursor c = { 0 };
	const struct rec_run *run;
	int err = 0;

	while (!err && !r->over && (run = rec_cursor_run(&c, b))) {
		uint32_t slot = run->stream ? find(r, run->stream) : 0;

		if (!run->stream)
			err = replay_mark(r, run->ns, run->n);
		else if (!slot)
			err = -EBADMSG;
		if (!err && slot)
			err = take_rest(r, slot - 1, &c, b);
	}
	return err;
}

int replay_end(struct replay *r, uint64_t end)
{
	int err;

	if (end > r->last)
		r->last = end;
	err = come_to(r, r->last);
	if (err || r->over)
		return err;
	r->to = NEVER;
	err = release(r);
	if (!err && (r->anything || r->last > r->from || !r->intervals))
		err = end_interval(r, r->last);
	return err;
}
