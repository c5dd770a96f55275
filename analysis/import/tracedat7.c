// SPDX-License-Identifier: GPL-2.0-only
/* Version 7: sections, found by options, which may be compressed. */
#include <errno.h>
#include <stdlib.h>

#include "analysis/import/tracedat.h"

#define SECTION_HEADER 16
#define SECTION_OPTIONS 0
#define SECTION_FORMATS 18
#define SECTION_PACKED 1 /* a flag */
#define OPTION_DONE 0
#define OPTION_BUFFER 3
#define OPTION_FORMATS 18
#define MOST_SECTION (16u << 20) /* decompressed; all formats of a kernel take 5 MiB */
#define MAX_OPTION 65536u
#define MAX_OPTION_SECTIONS 1024

/* What a section holds, wherever it is. */
struct section {
	uint16_t id;
	struct imp_input in;
	struct imp_piece piece;
};

static int read_section_header(struct imp_input *in, uint16_t *id, uint16_t *flags,
			       uint64_t *size)
{
	uint32_t description;
	int err = imp_u16(in, id);

	err = err ?: imp_u16(in, flags);
	err = err ?: imp_u32(in, &description);
	return err ?: imp_u64(in, size);
}

static int unpack_section(struct tracedat *t, struct section *s, uint64_t offset)
{
	int err;

	if (!t->unpack)
		return imp_bad(t->reader.error, offset, "a section is compressed, and the file "
			       "does not say how");
	err = imp_unpack_piece(t->unpack, &s->in, MOST_SECTION, &s->piece);
	imp_input_close(&s->in);
	if (!err)
		imp_input_memory(&s->in, s->piece.data, s->piece.size, offset, t->reader.error);
	return err;
}

static void close_section(struct section *s)
{
	imp_input_close(&s->in);
	free(s->piece.data);
}

/* To be closed whatever it returns. */
static int open_section(struct tracedat *t, uint64_t offset, struct section *s)
{
	uint64_t size;
	uint16_t flags;
	int err;

	*s = (struct section){ 0 };
	if (offset > t->source->size)
		return imp_bad(t->reader.error, offset, "a section is beyond the end of the file");
	err = imp_input_open(&s->in, t->source, t->reader.error, offset, t->source->size,
			     IMP_SMALL);
	err = err ?: read_section_header(&s->in, &s->id, &flags, &size);
	if (err)
		return err;
	offset += SECTION_HEADER;
	if (flags & SECTION_PACKED)
		return unpack_section(t, s, offset);
	if (size < t->source->size - offset)
		s->in.end = offset + size;
	return 0;
}

static int read_formats(struct tracedat *t, struct imp_input *in)
{
	struct section s;
	uint64_t offset;
	int err = imp_u64(in, &offset);

	if (err)
		return err;
	err = open_section(t, offset, &s);
	if (!err && s.id != SECTION_FORMATS)
		err = imp_bad(t->reader.error, offset, "the formats of events are not where they "
			      "should be");
	err = err ?: imp_tracing_events(&s.in, t->reader.layouts);
	close_section(&s);
	return err;
}

/* Whether its pages are compressed is told where they are. */
static int is_packed(struct tracedat *t, uint64_t offset, bool *packed)
{
	struct imp_input in;
	uint64_t size;
	uint16_t id, flags = 0;
	int err;

	if (offset > t->source->size)
		return imp_bad(t->reader.error, offset, "a buffer is beyond the end of the file");
	err = imp_input_open(&in, t->source, t->reader.error, offset, t->source->size, 4096);
	err = err ?: read_section_header(&in, &id, &flags, &size);
	imp_input_close(&in);
	*packed = flags & SECTION_PACKED;
	if (!err && *packed && !t->unpack)
		err = imp_bad(t->reader.error, offset, "a buffer is compressed, and the file does "
			      "not say how");
	return err;
}

int dat_buffer7(struct tracedat *t, struct imp_input *in)
{
	char name[64], clock[32];
	uint64_t offset;
	uint32_t page_size, n, cpu;
	bool packed = false;
	int err = imp_u64(in, &offset);

	err = err ?: imp_string(in, name, sizeof(name));
	err = err ?: imp_string(in, clock, sizeof(clock));
	err = err ?: imp_u32(in, &page_size);
	err = err ?: imp_u32(in, &n);
	err = err ?: is_packed(t, offset, &packed);
	for (uint32_t i = 0; !err && i < n; i++) {
		struct dat_cpu c = { .packed = packed, .page_size = page_size };

		err = imp_u32(in, &cpu);
		err = err ?: imp_u64(in, &c.offset);
		err = err ?: imp_u64(in, &c.size);
		c.cpu = cpu;
		err = err ?: dat_add_cpu(t, c);
	}
	return err;
}

static int read_option(struct tracedat *t, uint16_t option, struct imp_input *in)
{
	if (option == OPTION_FORMATS)
		return read_formats(t, in);
	if (option == OPTION_BUFFER)
		return dat_buffer7(t, in);
	return dat_option(t, option, in);
}

/* *next: the offset of more options; 0: there are none. */
static int read_options(struct tracedat *t, struct imp_input *in, uint64_t *next)
{
	struct imp_input data;
	uint16_t option;
	uint32_t size;
	int err;

	for (;;) {
		err = imp_u16(in, &option);
		err = err ?: imp_u32(in, &size);
		if (!err && size > MAX_OPTION)
			err = imp_bad(t->reader.error, imp_at(in) - 4, "an option has an absurd "
				      "length");
		err = err ?: imp_need(in, size);
		if (err)
			return err;
		imp_input_memory(&data, imp_here(in), size, imp_at(in), t->reader.error);
		imp_advance(in, size);
		if (option == OPTION_DONE)
			return imp_u64(&data, next);
		err = read_option(t, option, &data);
		if (err)
			return err;
	}
}

static int read_options_at(struct tracedat *t, uint64_t offset, uint64_t *next)
{
	struct section s;
	int err = open_section(t, offset, &s);

	if (!err && s.id != SECTION_OPTIONS)
		err = imp_bad(t->reader.error, offset, "there are no options where they should be");
	err = err ?: read_options(t, &s.in, next);
	close_section(&s);
	return err;
}

static int read_compression(struct tracedat *t)
{
	char name[32], version[32];
	uint64_t offset = imp_at(&t->in);
	int err = imp_string(&t->in, name, sizeof(name));

	err = err ?: imp_string(&t->in, version, sizeof(version));
	if (err || !strcmp(name, "none"))
		return err;
	t->unpack = imp_unpack_new(name);
	if (!t->unpack)
		return imp_bad(t->reader.error, offset, "how it is compressed is not known here: "
			       "%.20s", name);
	return 0;
}

int dat_header7(struct tracedat *t)
{
	uint64_t offset;
	int err = read_compression(t);

	err = err ?: imp_u64(&t->in, &offset);
	for (uint32_t i = 0; !err && offset; i++) {
		if (i == MAX_OPTION_SECTIONS)
			return imp_bad(t->reader.error, offset, "options go round in circles");
		err = read_options_at(t, offset, &offset);
	}
	return err;
}
