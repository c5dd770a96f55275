// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/batch.h"

#include <string.h>

#include "analysis/recording/frame.h"

#define WIDE UINT32_MAX /* in delta[]: the next of wide[] is meant */
#define KIND_TYPE 0xf
#define KIND_LEVEL_SHIFT 4

#define COUNTS_SIZE 12
#define RUN_SIZE 16
#define EVENT_SIZE 6
#define WIDE_SIZE 8

_Static_assert(COUNTS_SIZE + RUN_SIZE * REC_MAX_RUNS + (EVENT_SIZE + WIDE_SIZE) * REC_MAX_EVENTS <=
		       REC_MAX_PAYLOAD,
	       "a full batch fits");

void rec_batch_clear(struct rec_batch *b)
{
	b->nr_runs = b->nr_events = b->nr_wide = 0;
	b->first_ns = UINT64_MAX;
	b->last_ns = 0;
}

static bool add_run(struct rec_batch *b, uint32_t stream, uint32_t n, uint64_t ns)
{
	if (b->nr_runs == REC_MAX_RUNS)
		return false;
	b->run[b->nr_runs++] = (struct rec_run){ stream, n, ns };
	if (ns < b->first_ns)
		b->first_ns = ns;
	if (ns > b->last_ns)
		b->last_ns = ns;
	return true;
}

bool rec_batch_begin(struct rec_batch *b, uint32_t stream, uint64_t ns)
{
	b->now = ns;
	return add_run(b, stream, 0, ns);
}

bool rec_batch_mark(struct rec_batch *b, uint64_t ns, uint32_t missed)
{
	return add_run(b, 0, missed, ns);
}

static uint64_t value_of(struct rec_batch *b, const struct rec_event *e)
{
	uint64_t delta;

	if (!np_event_has_time(e->type))
		return e->ns;
	delta = e->ns > b->now ? e->ns - b->now : 0;
	b->now += delta;
	if (b->now > b->last_ns)
		b->last_ns = b->now;
	return delta;
}

bool rec_batch_add(struct rec_batch *b, const struct rec_event *e)
{
	uint32_t i = b->nr_events;
	uint64_t value;

	if (i == REC_MAX_EVENTS)
		return false;
	value = value_of(b, e);
	if (value >= WIDE)
		b->wide[b->nr_wide++] = value;
	b->delta[i] = value < WIDE ? value : WIDE;
	b->kind[i] = e->type | e->level << KIND_LEVEL_SHIFT;
	b->reason[i] = e->reason;
	b->run[b->nr_runs - 1].n++;
	b->nr_events++;
	return true;
}

static uint8_t *pack_runs(const struct rec_batch *b, uint8_t *to)
{
	for (uint32_t i = 0; i < b->nr_runs; i++, to += RUN_SIZE) {
		rec_put32(to, b->run[i].stream);
		rec_put32(to + 4, b->run[i].n);
		rec_put64(to + 8, b->run[i].ns);
	}
	return to;
}

/* The deltas' low bytes first, then the next ones, ...: the high ones are nearly all zero. */
static uint8_t *pack_deltas(const struct rec_batch *b, uint8_t *to)
{
	for (int shift = 0; shift < 32; shift += 8)
		for (uint32_t i = 0; i < b->nr_events; i++)
			*to++ = b->delta[i] >> shift;
	return to;
}

size_t rec_batch_pack(const struct rec_batch *b, uint8_t *to)
{
	uint8_t *at = to;

	rec_put32(at, b->nr_runs);
	rec_put32(at + 4, b->nr_events);
	rec_put32(at + 8, b->nr_wide);
	at = pack_runs(b, at + COUNTS_SIZE);
	memcpy(at, b->kind, b->nr_events);
	memcpy(at + b->nr_events, b->reason, b->nr_events);
	at = pack_deltas(b, at + 2 * b->nr_events);
	for (uint32_t i = 0; i < b->nr_wide; i++, at += WIDE_SIZE)
		rec_put64(at, b->wide[i]);
	return at - to;
}

/* Every event is in a run. */
static bool unpack_runs(struct rec_batch *b, const uint8_t *from)
{
	uint64_t events = 0;

	for (uint32_t i = 0; i < b->nr_runs; i++, from += RUN_SIZE) {
		b->run[i] = (struct rec_run){ rec_get32(from), rec_get32(from + 4),
					      rec_get64(from + 8) };
		if (b->run[i].stream)
			events += b->run[i].n;
	}
	return events == b->nr_events;
}

static bool unpack_events(struct rec_batch *b, const uint8_t *from)
{
	uint32_t n = b->nr_events, wide = 0;
	const uint8_t *delta = from + 2 * n;

	b->has_accesses = false;
	memcpy(b->kind, from, n);
	memcpy(b->reason, from + n, n);
	for (uint32_t i = 0; i < n; i++) {
		b->delta[i] = delta[i] | delta[n + i] << 8 | delta[2 * n + i] << 16 |
			      (uint32_t)delta[3 * n + i] << 24;
		wide += b->delta[i] == WIDE;
		if ((b->kind[i] & KIND_TYPE) >= NP_EVENT_TYPES)
			return false;
		b->has_accesses |= (b->kind[i] & KIND_TYPE) == NP_EVENT_ACCESS;
	}
	return wide == b->nr_wide;
}

bool rec_batch_unpack(struct rec_batch *b, const uint8_t *from, size_t size)
{
	const uint8_t *at = from + COUNTS_SIZE;
	size_t runs, events;

	if (size < COUNTS_SIZE)
		return false;
	b->nr_runs = rec_get32(from);
	b->nr_events = rec_get32(from + 4);
	b->nr_wide = rec_get32(from + 8);
	if (b->nr_runs > REC_MAX_RUNS || b->nr_events > REC_MAX_EVENTS ||
	    b->nr_wide > b->nr_events)
		return false;
	runs = (size_t)b->nr_runs * RUN_SIZE;
	events = (size_t)b->nr_events * EVENT_SIZE;
	if (size != COUNTS_SIZE + runs + events + (size_t)b->nr_wide * WIDE_SIZE)
		return false;
	if (!unpack_runs(b, at) || !unpack_events(b, at + runs))
		return false;
	for (uint32_t i = 0; i < b->nr_wide; i++)
		b->wide[i] = rec_get64(at + runs + events + i * WIDE_SIZE);
	return true;
}

const struct rec_run *rec_cursor_run(struct rec_cursor *c, const struct rec_batch *b)
{
	const struct rec_run *run;
	struct rec_event skipped;

	while (rec_cursor_event(c, b, &skipped))
		;
	if (c->run == b->nr_runs)
		return NULL;
	run = &b->run[c->run++];
	c->left = run->stream ? run->n : 0;
	c->ns = run->ns;
	return run;
}

bool rec_cursor_event(struct rec_cursor *c, const struct rec_batch *b, struct rec_event *e)
{
	uint32_t i = c->event;
	uint64_t value;

	if (!c->left)
		return false;
	c->left--;
	c->event++;
	value = b->delta[i] == WIDE ? b->wide[c->wide++] : b->delta[i];
	e->type = b->kind[i] & KIND_TYPE;
	e->level = b->kind[i] >> KIND_LEVEL_SHIFT;
	e->reason = b->reason[i];
	if (np_event_has_time(e->type))
		c->ns += value;
	e->ns = np_event_has_time(e->type) ? c->ns : value;
	return true;
}
