// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/recording/frame.h"

#include <endian.h>
#include <string.h>

#include <xxhash.h>

/* Where the fields are; the header's own checksum is the last. */
enum {
	AT_VERSION = 8,
	AT_TYPE = 10,
	AT_SEQUENCE = 12,
	AT_STORED = 16,
	AT_SIZE = 20,
	AT_FIRST = 24,
	AT_LAST = 32,
	AT_EVENTS = 40,
	AT_CHECKSUM = 48,
	AT_RESERVED = 56,
	AT_HEADER_CHECKSUM = 64,
};

static void put16(uint8_t *to, uint16_t v)
{
	v = htole16(v);
	memcpy(to, &v, sizeof(v));
}

void rec_put32(uint8_t *to, uint32_t v)
{
	v = htole32(v);
	memcpy(to, &v, sizeof(v));
}

void rec_put64(uint8_t *to, uint64_t v)
{
	v = htole64(v);
	memcpy(to, &v, sizeof(v));
}

static uint16_t get16(const uint8_t *from)
{
	uint16_t v;

	memcpy(&v, from, sizeof(v));
	return le16toh(v);
}

uint32_t rec_get32(const uint8_t *from)
{
	uint32_t v;

	memcpy(&v, from, sizeof(v));
	return le32toh(v);
}

uint64_t rec_get64(const uint8_t *from)
{
	uint64_t v;

	memcpy(&v, from, sizeof(v));
	return le64toh(v);
}

uint64_t rec_checksum(const void *data, size_t size)
{
	return XXH64(data, size, 0);
}

void rec_header_put(uint8_t to[REC_HEADER_SIZE], const struct rec_frame *f)
{
	memcpy(to, REC_MAGIC, REC_MAGIC_SIZE);
	put16(to + AT_VERSION, f->version);
	put16(to + AT_TYPE, f->type);
	rec_put32(to + AT_SEQUENCE, f->sequence);
	rec_put32(to + AT_STORED, f->stored);
	rec_put32(to + AT_SIZE, f->size);
	rec_put64(to + AT_FIRST, f->first_ns);
	rec_put64(to + AT_LAST, f->last_ns);
	rec_put64(to + AT_EVENTS, f->events);
	rec_put64(to + AT_CHECKSUM, f->checksum);
	rec_put64(to + AT_RESERVED, 0);
	rec_put64(to + AT_HEADER_CHECKSUM, rec_checksum(to, AT_HEADER_CHECKSUM));
}

bool rec_header_get(struct rec_frame *f, const uint8_t from[REC_HEADER_SIZE])
{
	if (memcmp(from, REC_MAGIC, REC_MAGIC_SIZE) ||
	    rec_get64(from + AT_HEADER_CHECKSUM) != rec_checksum(from, AT_HEADER_CHECKSUM))
		return false;
	*f = (struct rec_frame){ .version = get16(from + AT_VERSION),
				 .type = get16(from + AT_TYPE),
				 .sequence = rec_get32(from + AT_SEQUENCE),
				 .stored = rec_get32(from + AT_STORED),
				 .size = rec_get32(from + AT_SIZE),
				 .first_ns = rec_get64(from + AT_FIRST),
				 .last_ns = rec_get64(from + AT_LAST),
				 .events = rec_get64(from + AT_EVENTS),
				 .checksum = rec_get64(from + AT_CHECKSUM) };
	return f->stored <= REC_MAX_STORED && f->size <= REC_MAX_PAYLOAD;
}
