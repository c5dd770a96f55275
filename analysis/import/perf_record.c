// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/perf.h"

#include <errno.h>

#include "analysis/import/tracing_data.h"

/* Records that perf itself makes (PERF_RECORD_... in its sources). */
enum {
	RECORD_ATTR = 64,
	RECORD_TRACING_DATA = 66,
	RECORD_FINISHED_ROUND = 68,
	RECORD_AUXTRACE = 71,
	RECORD_FEATURE = 80,
	RECORD_COMPRESSED = 81,
	RECORD_COMPRESSED2 = 83,
};

#define HEADER 8
/* Lost by a filter, on purpose: PERF_RECORD_MISC_LOST_SAMPLES_BPF. */
#define MISC_FILTERED (1 << 15)

static inline void take_sample(struct perf *p, const uint8_t *r, uint16_t size)
{
	const struct perf_kind *k = perf_kind_of(&p->attrs, p->reader.layouts, r, size);
	struct imp_event *e = p->order->next;
	const struct perf_attr *a;
	const uint8_t *raw;
	uint32_t length;

	if (!k || !k->layout)
		return;
	a = k->attr;
	raw = perf_raw(a, r, size, &length);
	if (!raw || !imp_layout_decode(k->layout, raw, length, e))
		return;
	e->ns = imp_get64(r + a->time);
	if (a->tid) {
		e->tgid = imp_get32(r + a->tid);
		e->tid = imp_get32(r + a->tid + 4);
	} else {
		e->tgid = 0;
		e->tid = imp_layout_tid(k->layout, raw);
	}
	e->cpu = a->cpu ? imp_get32(r + a->cpu) % PERF_CPUS : 0;
	p->last[e->cpu] = e->ns;
	imp_order_added(p->order);
}

const uint8_t *perf_samples(struct perf *p, const uint8_t *r, const uint8_t *end)
{
	while (end - r >= HEADER && !imp_order_full(p->order)) {
		uint16_t size = imp_get16(r + 6);

		if (imp_get32(r) != PERF_RECORD_SAMPLE || size < HEADER || size > end - r)
			break;
		take_sample(p, r, size);
		r += size;
	}
	return r;
}

static void add_lost(struct perf *p, uint64_t ns, uint16_t cpu, uint64_t n)
{
	struct imp_event e = { .type = NP_EVENT_LOST, .ns = ns, .cpu = cpu, .lost = n };

	imp_order_add(p->order, &e);
}

/* Between the CPU's last event and this record, events of any thread may be missing. */
static void take_lost(struct perf *p, const uint8_t *r, uint16_t size)
{
	const struct perf_attr *a = p->attrs.sample_ids ? p->attrs.attr : NULL;
	uint64_t n = size >= HEADER + 16 ? imp_get64(r + HEADER + 8) : 1;
	uint64_t ns = imp_order_latest(p->order);
	uint16_t cpu = 0;

	if (a && a->end_time && size >= HEADER + 16 + a->end_time)
		ns = imp_get64(r + size - a->end_time);
	if (a && a->end_cpu && size >= HEADER + 16 + a->end_cpu)
		cpu = imp_get32(r + size - a->end_cpu) % PERF_CPUS;
	add_lost(p, p->last[cpu], cpu, 0);
	add_lost(p, ns, cpu, n);
	p->lost += n;
}

static void take_lost_samples(struct perf *p, const uint8_t *r, uint16_t size)
{
	if (size >= HEADER + 8 && !(imp_get16(r + 4) & MISC_FILTERED))
		p->lost_samples += imp_get64(r + HEADER);
}

/* The attribute, and then ids up to the record's end. */
static int take_attr(struct perf *p, const uint8_t *r, uint16_t size, uint64_t offset)
{
	uint32_t length = size >= HEADER + 8 ? imp_get32(r + HEADER + 4) : 0, left = size - HEADER;
	int err;

	if (length > left)
		length = 0;
	err = perf_attrs_add(&p->attrs, r + HEADER, length, offset, p->reader.error);
	for (uint32_t at = HEADER + length; !err && at + 8 <= size; at += 8)
		err = perf_attrs_id(&p->attrs, imp_get64(r + at), offset, p->reader.error);
	return err;
}

static int take_feature(struct perf *p, const uint8_t *r, uint16_t size, uint64_t offset)
{
	struct imp_input in;
	uint64_t what;

	if (size < HEADER + 8)
		return 0;
	what = imp_get64(r + HEADER);
	if (what != PERF_TELLS_KERNEL && what != PERF_TELLS_CPU)
		return 0;
	imp_input_memory(&in, r + HEADER + 8, size - HEADER - 8, offset, p->reader.error);
	return perf_tells(p, what, &in);
}

/* What follows the record is no record. */
static int take_formats(struct perf *p, const uint8_t *r, uint16_t size, uint64_t offset)
{
	uint64_t end = imp_at(&p->in);
	int err;

	if (size < HEADER + 4)
		return imp_bad(p->reader.error, offset, "a record is too short");
	end += imp_get32(r + HEADER);
	err = perf_tells(p, PERF_TELLS_FORMATS, &p->in);
	if (err)
		return err;
	if (imp_at(&p->in) > end)
		return imp_bad(p->reader.error, offset, "the formats of events are longer than "
			       "it says");
	return imp_skip(&p->in, end - imp_at(&p->in));
}

static int take_compressed(struct perf *p, const uint8_t *r, uint16_t size, uint64_t offset,
			   bool has_length)
{
	uint64_t length = size - HEADER;
	const uint8_t *piece = r + HEADER;

	if (has_length && length >= 8 && imp_get64(piece) <= length - 8) {
		length = imp_get64(piece);
		piece += 8;
	} else if (has_length) {
		return imp_bad(p->reader.error, offset, "a compressed record is shorter than it "
			       "says");
	}
	if (!p->zstd)
		p->zstd = perf_zstd_new(p->reader.error);
	if (!p->zstd)
		return -ENOMEM;
	if (p->zstd_pending)
		return imp_bad(p->reader.error, offset, "a compressed record is within another");
	p->zstd_pending = true;
	return perf_zstd_feed(p->zstd, piece, length, offset);
}

int perf_record(struct perf *p, const uint8_t *r, uint64_t offset)
{
	uint16_t size = imp_get16(r + 6);

	switch (imp_get32(r)) {
	case PERF_RECORD_LOST:
		take_lost(p, r, size);
		return 0;
	case PERF_RECORD_LOST_SAMPLES:
		take_lost_samples(p, r, size);
		return 0;
	case RECORD_FINISHED_ROUND:
		imp_order_round(p->order, false);
		return 0;
	case RECORD_ATTR:
		return take_attr(p, r, size, offset);
	case RECORD_FEATURE:
		return take_feature(p, r, size, offset);
	case RECORD_TRACING_DATA:
		return take_formats(p, r, size, offset);
	case RECORD_AUXTRACE:
		return size >= HEADER + 8 ? imp_skip(&p->in, imp_get64(r + HEADER)) : 0;
	case RECORD_COMPRESSED:
	case RECORD_COMPRESSED2:
		return take_compressed(p, r, size, offset, imp_get32(r) == RECORD_COMPRESSED2);
	default:
		return 0;
	}
}
