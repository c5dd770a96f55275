// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/perf_attr.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define LEAST_ATTR 64 /* PERF_ATTR_SIZE_VER0 */
#define HEADER sizeof(struct perf_event_header)

/* Each of them takes 8 bytes of a sample, in this order. */
static void place_fixed(struct perf_attr *a, uint64_t type)
{
	static const uint64_t order[] = { PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP, PERF_SAMPLE_TID,
					  PERF_SAMPLE_TIME, PERF_SAMPLE_ADDR, PERF_SAMPLE_ID,
					  PERF_SAMPLE_STREAM_ID, PERF_SAMPLE_CPU,
					  PERF_SAMPLE_PERIOD };
	uint16_t at = HEADER;

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		if (!(type & order[i]))
			continue;
		if (order[i] == PERF_SAMPLE_TID)
			a->tid = at;
		if (order[i] == PERF_SAMPLE_TIME)
			a->time = at;
		if (order[i] == PERF_SAMPLE_CPU)
			a->cpu = at;
		if (order[i] == PERF_SAMPLE_IDENTIFIER ||
		    (order[i] == PERF_SAMPLE_ID && !a->id))
			a->id = at;
		at += 8;
	}
	a->rest = at;
}

/* The same of what other records end with: TID, TIME, ID, STREAM_ID, CPU, IDENTIFIER. */
static void place_end(struct perf_attr *a, uint64_t type)
{
	uint16_t end = type & PERF_SAMPLE_IDENTIFIER ? 8 : 0;

	if (type & PERF_SAMPLE_CPU)
		a->end_cpu = end += 8;
	if (type & PERF_SAMPLE_STREAM_ID)
		end += 8;
	if (type & PERF_SAMPLE_ID)
		end += 8;
	if (type & PERF_SAMPLE_TIME)
		a->end_time = end + 8;
}

void perf_kinds_forget(struct perf_attrs *a)
{
	for (uint32_t i = 0; i < PERF_RECENT; i++)
		a->recent[i].id = i + 1; /* which has its place elsewhere */
}

static int grow(struct perf_attrs *a)
{
	struct perf_attr *more = reallocarray(a->attr, 2 * a->nr + 16, sizeof(*more));

	if (!more)
		return -ENOMEM;
	a->attr = more;
	return 0;
}

int perf_attrs_add(struct perf_attrs *a, const uint8_t *bytes, size_t size, uint64_t offset,
		   struct imp_error *error)
{
	struct perf_event_attr attr = { 0 };
	struct perf_attr new = { 0 };

	if (size < LEAST_ATTR || a->nr >= PERF_MAX_ATTRS)
		return imp_bad(error, offset, "the description of an event makes no sense");
	if (!(a->nr & (a->nr + 1)) && grow(a)) /* 0, 1, 3, 7: before it is full */
		return -ENOMEM;
	memcpy(&attr, bytes, size < sizeof(attr) ? size : sizeof(attr));
	if (attr.type == PERF_TYPE_TRACEPOINT && attr.config <= UINT16_MAX)
		new.tracepoint = attr.config;
	place_fixed(&new, attr.sample_type);
	if (attr.sample_id_all)
		place_end(&new, attr.sample_type);
	new.has_read = attr.sample_type & PERF_SAMPLE_READ;
	new.has_callchain = attr.sample_type & PERF_SAMPLE_CALLCHAIN;
	new.has_raw = attr.sample_type & PERF_SAMPLE_RAW;
	new.read_format = attr.read_format;
	new.least = UINT32_MAX;
	if (new.has_raw && !new.has_read && !new.has_callchain) {
		new.raw = new.rest;
		new.least = new.raw + 4;
	}
	a->attr[a->nr++] = new;
	a->id = a->attr[0].id;
	a->id_mask = a->id ? ~0ull : 0;
	a->least = a->id + 8;
	perf_kinds_forget(a);
	a->sample_ids = attr.sample_id_all;
	return 0;
}

static struct perf_id *seat(const struct perf_attrs *a, uint64_t id)
{
	uint64_t at = id * 0x9e3779b97f4a7c15ull >> 32;

	while (a->ids[at & (a->room - 1)].attr && a->ids[at & (a->room - 1)].id != id)
		at++;
	return &a->ids[at & (a->room - 1)];
}

static int grow_ids(struct perf_attrs *a)
{
	struct perf_attrs more = { .room = a->room ? 2 * a->room : 64 };

	more.ids = calloc(more.room, sizeof(*more.ids));
	if (!more.ids)
		return -ENOMEM;
	for (uint32_t i = 0; i < a->room; i++)
		if (a->ids[i].attr)
			*seat(&more, a->ids[i].id) = a->ids[i];
	free(a->ids);
	a->ids = more.ids;
	a->room = more.room;
	return 0;
}

int perf_attrs_id(struct perf_attrs *a, uint64_t id, uint64_t offset, struct imp_error *error)
{
	if (a->nr_ids >= PERF_MAX_IDS || !a->nr)
		return imp_bad(error, offset, "too many ids of events");
	if (2 * a->nr_ids >= a->room && grow_ids(a))
		return -ENOMEM;
	perf_kinds_forget(a);
	*seat(a, id) = (struct perf_id){ id, a->nr };
	a->nr_ids++;
	return 0;
}

void perf_attrs_free(struct perf_attrs *a)
{
	free(a->attr);
	free(a->ids);
}

/* Without ids, all samples are one event's. */
static const struct perf_attr *find_attr(const struct perf_attrs *a, uint64_t id)
{
	const struct perf_id *found;

	if (!a->id || !a->nr_ids)
		return a->nr == 1 ? &a->attr[0] : NULL;
	found = seat(a, id);
	return found->attr ? &a->attr[found->attr - 1] : NULL;
}

const struct perf_kind *perf_kind_find(struct perf_attrs *a, const struct imp_layouts *l,
				       uint64_t id)
{
	const struct perf_attr *attr = find_attr(a, id);
	struct perf_kind *k = &a->recent[id % PERF_RECENT];

	if (!attr)
		return NULL;
	*k = (struct perf_kind){ .id = id, .attr = attr };
	if (attr->time)
		k->layout = imp_layout_of(l, attr->tracepoint);
	return k;
}

/* What PERF_SAMPLE_READ takes; 0: more than there is. */
static uint64_t read_size(uint64_t format, const uint8_t *at, uint64_t left)
{
	uint64_t times = !!(format & PERF_FORMAT_TOTAL_TIME_ENABLED) +
			 !!(format & PERF_FORMAT_TOTAL_TIME_RUNNING);
	uint64_t each = 1 + !!(format & PERF_FORMAT_ID) + !!(format & PERF_FORMAT_LOST), nr;

	if (!(format & PERF_FORMAT_GROUP))
		return 8 * (each + times);
	if (left < 8)
		return 0;
	nr = imp_get64(at);
	return nr <= left / 8 ? 8 * (1 + times + nr * each) : 0;
}

const uint8_t *perf_raw_find(const struct perf_attr *a, const uint8_t *sample, uint16_t length,
			     uint32_t *size)
{
	uint64_t at = a->rest, n;

	if (!a->has_raw || length < at)
		return NULL;
	if (a->has_read) {
		n = read_size(a->read_format, sample + at, length - at);
		if (!n || n > length - at)
			return NULL;
		at += n;
	}
	if (a->has_callchain) {
		if (length - at < 8 || imp_get64(sample + at) > length / 8)
			return NULL;
		at += 8 * (1 + imp_get64(sample + at));
	}
	if (at + 4 > length)
		return NULL;
	*size = imp_get32(sample + at);
	return *size <= length - at - 4 ? sample + at + 4 : NULL;
}
