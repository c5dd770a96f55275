// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "analysis/import/tracedat.h"

#define LARGEST_READ (256u << 10)
#define MOST_PIECE (4u << 20)
#define FOR_PACKED 4096u

/* As much at a time as the memory for all of them allows. */
static size_t room_for(const struct tracedat *t, const struct dat_cpu *c)
{
	size_t room = DAT_MEMORY / 2 / t->nr_cpus;

	if (c->packed)
		return FOR_PACKED;
	if (room > LARGEST_READ)
		room = LARGEST_READ;
	room -= room % c->page_size;
	return room ? room : c->page_size;
}

int dat_cpu_open(struct tracedat *t, struct dat_cpu *c)
{
	size_t room = room_for(t, c);
	/* trace-cmd does not count the number of pieces as a part of them. */
	uint64_t end = c->packed ? t->source->size : c->offset + c->size;
	int err;

	t->memory += room;
	if (t->memory > DAT_MEMORY)
		return imp_bad(t->reader.error, c->offset, "too many CPUs for pages of %u bytes",
			       c->page_size);
	err = imp_input_open(&c->in, t->source, t->reader.error, c->offset, end, room);
	if (!err && c->packed && c->size)
		err = imp_u32(&c->in, &c->pieces);
	return err;
}

void dat_cpu_close(struct dat_cpu *c)
{
	imp_input_close(&c->in);
	free(c->piece.data);
}

static int next_piece(struct tracedat *t, struct dat_cpu *c)
{
	size_t before = c->piece.room;
	int err;

	if (!c->pieces)
		return 0;
	c->pieces--;
	err = imp_unpack_piece(t->unpack, &c->in, MOST_PIECE, &c->piece);
	c->at = 0;
	t->memory += c->piece.room - before;
	if (!err && t->memory > DAT_MEMORY)
		err = imp_bad(t->reader.error, imp_at(&c->in), "what is compressed takes too much "
			      "memory");
	return err ?: 1;
}

/* A page that was compressed; the last one may be short. */
static int unpacked_page(struct tracedat *t, struct dat_cpu *c, const uint8_t **page, size_t *size)
{
	int more = c->at < c->piece.size ? 1 : next_piece(t, c);

	if (more <= 0)
		return more;
	*page = c->piece.data + c->at;
	*size = c->piece.size - c->at;
	if (*size > c->page_size)
		*size = c->page_size;
	c->at += *size;
	return 1;
}

static int plain_page(struct dat_cpu *c, const uint8_t **page, size_t *size)
{
	int more = imp_more(&c->in, c->page_size);

	if (more <= 0)
		return more;
	*page = imp_here(&c->in);
	*size = c->page_size;
	imp_advance(&c->in, c->page_size);
	return 1;
}

static int next_page(struct tracedat *t, struct dat_cpu *c)
{
	const uint8_t *page;
	size_t size;
	int more = c->packed ? unpacked_page(t, c, &page, &size) : plain_page(c, &page, &size);

	if (more <= 0)
		return more;
	if (!imp_page_load(&c->page, page, size, t->tracing.long_size))
		return imp_bad(t->reader.error, imp_at(&c->in), "a page of the ring buffer makes "
			       "no sense");
	if (c->page.missed)
		c->missed += c->page.nr_missed < UINT32_MAX ? c->page.nr_missed + 1 : 1;
	return 1;
}

static uint64_t time_of(const struct tracedat *t, uint64_t ts)
{
	return t->mult ? ((unsigned __int128)ts * t->mult) >> t->shift : ts;
}

static bool take(struct tracedat *t, struct dat_cpu *c, const uint8_t *data, uint32_t size)
{
	const struct imp_layout *l = size >= 2 ? imp_layout_of(t->reader.layouts,
							       imp_get16(data)) : NULL;

	if (!l || !imp_layout_decode(l, data, size, &c->next))
		return false;
	c->next.ns = time_of(t, c->page.ts);
	c->next.tid = imp_layout_tid(l, data);
	c->next.tgid = 0;
	c->next.cpu = c->cpu;
	return true;
}

/* 1: nothing came after it but that something was lost. */
static int last_loss(struct tracedat *t, struct dat_cpu *c)
{
	if (!c->missed)
		return 0;
	c->next = (struct imp_event){ .type = NP_EVENT_LOST, .cpu = c->cpu,
				      .ns = time_of(t, c->page.ts), .lost = c->missed - 1 };
	c->missed = 0;
	return 1;
}

int dat_cpu_next(struct tracedat *t, struct dat_cpu *c)
{
	const uint8_t *data;
	uint32_t size;
	int more = 1;

	c->last = c->next.ns;
	while (more > 0) {
		more = imp_page_next(&c->page, &data, &size);
		if (more > 0 && take(t, c, data, size))
			return 1;
		if (more < 0)
			more = imp_bad(t->reader.error, imp_at(&c->in), "an event in the ring "
				       "buffer makes no sense");
		else if (!more)
			more = next_page(t, c);
	}
	return more ?: last_loss(t, c);
}
