// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/page.h"

/* In the word that says how much of the page is used. */
#define COMMIT_MASK ((1u << 27) - 1)
#define MISSED_EVENTS (1u << 31)
#define MISSED_STORED (1u << 30)

/* An event begins with a word: its type or length, and the time since the one before. */
#define TYPE_BITS 5
#define TYPE_MASK 31u
#define DELTA_BITS 27
enum { TYPE_LENGTH_FOLLOWS = 0, TYPE_PADDING = 29, TYPE_TIME_EXTEND = 30, TYPE_TIME_STAMP = 31 };

/* Absolute times have no room for these. */
#define TIME_STAMP_MISSING (~0ull << 59)

bool imp_page_load(struct imp_page *p, const uint8_t *page, size_t size, uint8_t long_size)
{
	size_t start = 8 + long_size;
	uint32_t flags, used;

	if (size < start)
		return false;
	flags = imp_get32(page + 8);
	used = flags & COMMIT_MASK;
	if (used > size - start)
		return false;
	*p = (struct imp_page){ .at = page + start, .end = page + start + used,
				.ts = imp_get64(page), .missed = flags & MISSED_EVENTS };
	if (p->missed && flags & MISSED_STORED && size - start - used >= long_size)
		p->nr_missed = long_size == 8 ? imp_get64(p->end) : imp_get32(p->end);
	return true;
}

/* How long what begins at p->at is, with its word; 0: it makes no sense. */
static uint64_t length_of(const struct imp_page *p, uint32_t type, uint32_t delta)
{
	uint64_t left = p->end - p->at;

	if (type && type < TYPE_PADDING)
		return 4 + 4 * type;
	if (type == TYPE_PADDING && !delta)
		return left; /* nothing comes after it */
	if (left < 8)
		return 0;
	if (type >= TYPE_TIME_EXTEND)
		return 8;
	if (type == TYPE_LENGTH_FOLLOWS && imp_get32(p->at + 4) < 4)
		return 0;
	return (4ull + imp_get32(p->at + 4) + 3) & ~3ull;
}

static void take_time(struct imp_page *p, uint32_t type, uint64_t delta)
{
	if (type >= TYPE_TIME_EXTEND)
		delta |= (uint64_t)imp_get32(p->at + 4) << DELTA_BITS;
	if (type == TYPE_TIME_STAMP)
		p->ts = delta | (p->ts & TIME_STAMP_MISSING);
	else
		p->ts += delta;
}

int imp_page_next(struct imp_page *p, const uint8_t **data, uint32_t *size)
{
	while (p->end - p->at >= 4) {
		uint32_t word = imp_get32(p->at), type = word & TYPE_MASK;
		uint32_t delta = word >> TYPE_BITS;
		uint64_t length = length_of(p, type, delta);
		const uint8_t *begin = p->at + (type ? 4 : 8);

		if (!length || length > (uint64_t)(p->end - p->at))
			return -1;
		take_time(p, type, delta);
		p->at += length;
		if (type >= TYPE_PADDING)
			continue;
		*data = begin;
		*size = p->at - begin;
		return 1;
	}
	return 0;
}
