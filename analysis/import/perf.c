// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/perf.h"

#include <errno.h>
#include <stdlib.h>

#define HEADER 8

/* Of what is no sample. 1: go on; 0: there is none; else a negative errno. */
static int take_record(struct perf *p)
{
	uint64_t offset = imp_at(&p->in);
	const uint8_t *r;
	uint16_t size;
	int err = imp_more(&p->in, HEADER);

	if (err <= 0)
		return err;
	size = imp_get16(imp_here(&p->in) + 6);
	if (size < HEADER)
		return imp_bad(p->reader.error, offset, "a record of %u bytes", size);
	err = imp_need(&p->in, size);
	if (err)
		return err;
	r = imp_here(&p->in);
	if (imp_get32(r) == PERF_RECORD_SAMPLE)
		return 1; /* which is whole now */
	imp_advance(&p->in, size);
	err = perf_record(p, r, offset);
	return err ?: 1;
}

/* As take_record(), of the records that were compressed into one. */
static int take_compressed(struct perf *p)
{
	size_t left;
	const uint8_t *r = perf_zstd_here(p->zstd, &left);
	uint16_t size = left >= HEADER ? imp_get16(r + 6) : 0;
	int more;

	if (left < HEADER || left < size) {
		more = perf_zstd_more(p->zstd);
		p->zstd_pending = more > 0;
		return more < 0 ? more : 1;
	}
	if (size < HEADER || imp_get32(r) == 66 || imp_get32(r) == 71)
		return imp_bad(p->reader.error, imp_at(&p->in), "a compressed record makes no "
			       "sense");
	if (imp_get32(r) == PERF_RECORD_SAMPLE)
		return 1;
	perf_zstd_advance(p->zstd, size);
	more = perf_record(p, r, imp_at(&p->in));
	return more ?: 1;
}

/* What was lost and no record told of. */
static void end(struct perf *p, int err)
{
	struct imp_event e = { .type = NP_EVENT_LOST, .ns = imp_order_latest(p->order) };

	if (p->lost_samples > p->lost) {
		e.lost = p->lost_samples - p->lost;
		imp_order_add(p->order, &e);
	}
	p->ended = true;
	p->err = err;
	p->reader.about.late = imp_order_late(p->order);
	imp_order_round(p->order, true);
}

static void take_samples(struct perf *p)
{
	const uint8_t *from;
	size_t left;

	if (p->zstd_pending) {
		from = perf_zstd_here(p->zstd, &left);
		perf_zstd_advance(p->zstd, perf_samples(p, from, from + left) - from);
	} else {
		from = imp_here(&p->in);
		left = p->in.filled - p->in.at;
		imp_advance(&p->in, perf_samples(p, from, from + left) - from);
	}
}

/* Until events are ready, or there are no more. */
static void read_on(struct perf *p)
{
	int err = 1;

	while (err > 0 && !imp_order_ready(p->order)) {
		take_samples(p);
		if (!imp_order_ready(p->order))
			err = p->zstd_pending ? take_compressed(p) : take_record(p);
	}
	if (err <= 0)
		end(p, err);
}

static int next(struct imp_reader *r, const struct imp_event **e)
{
	struct perf *p = (struct perf *)r;
	uint32_t n = 0;

	while (!n) {
		if (imp_order_ready(p->order))
			n = imp_order_next(p->order, e);
		else if (!p->ended)
			read_on(p);
		else
			break;
	}
	if (n)
		return n;
	p->reader.about.late = imp_order_late(p->order);
	if (!p->err && !p->has_formats)
		return imp_bad(p->reader.error, imp_at(&p->in), "it has no formats of events");
	return p->err;
}

static uint64_t offset(const struct imp_reader *r)
{
	return imp_at(&((const struct perf *)r)->in);
}

static void free_perf(struct imp_reader *r)
{
	struct perf *p = (struct perf *)r;

	imp_input_close(&p->in);
	perf_attrs_free(&p->attrs);
	imp_order_free(p->order);
	perf_zstd_free(p->zstd);
	free(p->reader.layouts);
	free(p);
}

int imp_perf_open(struct imp_reader **r, const struct imp_source *source, struct imp_error *e)
{
	struct perf *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	*r = &p->reader;
	p->reader = (struct imp_reader){ .next = next, .free = free_perf, .offset = offset,
					 .about = { .tool = "perf", .has_tgids = true },
					 .layouts = imp_layouts_new(), .error = e };
	p->order = imp_order_new();
	perf_kinds_forget(&p->attrs);
	if (!p->reader.layouts || !p->order)
		return -ENOMEM;
	return perf_header(p, source);
}
