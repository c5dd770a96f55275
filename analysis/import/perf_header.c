// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "analysis/import/perf.h"
#include "analysis/import/tracing_data.h"

#define PIPE_HEADER 16
#define FILE_HEADER 104
#define FEATURES 256
#define MAX_ATTR 4096

struct section {
	uint64_t offset, size;
};

struct header {
	uint64_t attr_size;
	struct section attrs, data;
	uint8_t features[FEATURES / 8];
};

static int read_string(struct imp_input *in, char *to, size_t size)
{
	uint32_t length;
	int err = imp_u32(in, &length);

	return err ?: imp_string(in, to, size);
}

int perf_tells(struct perf *p, uint32_t what, struct imp_input *in)
{
	switch (what) {
	case PERF_TELLS_FORMATS:
		p->has_formats = true;
		perf_kinds_forget(&p->attrs);
		return imp_tracing_data(in, p->reader.layouts);
	case PERF_TELLS_KERNEL:
		return read_string(in, p->reader.about.kernel, sizeof(p->reader.about.kernel));
	case PERF_TELLS_CPU:
		return read_string(in, p->reader.about.cpu, sizeof(p->reader.about.cpu));
	default:
		return 0;
	}
}

static int read_header(struct imp_input *in, struct header *h)
{
	const uint8_t *p;
	int err = imp_need(in, FILE_HEADER);

	if (err)
		return err;
	p = imp_here(in);
	h->attr_size = imp_get64(p + 16);
	h->attrs = (struct section){ imp_get64(p + 24), imp_get64(p + 32) };
	h->data = (struct section){ imp_get64(p + 40), imp_get64(p + 48) };
	memcpy(h->features, p + 72, sizeof(h->features));
	if (h->attr_size < 64 + 16 || h->attr_size > MAX_ATTR)
		return imp_bad(in->error, 16, "the length of an event's description is absurd");
	return 0;
}

static bool fits(const struct imp_source *source, const struct section *s)
{
	return s->offset <= source->size && s->size <= source->size - s->offset;
}

/* A section of the file, whatever is read meanwhile. */
static int open_section(struct perf *p, const struct section *s, struct imp_input *in)
{
	const struct imp_source *source = p->in.source;

	if (!fits(source, s))
		return imp_bad(p->reader.error, s->offset, "a section goes beyond the end of the "
			       "file");
	return imp_input_open(in, source, p->reader.error, s->offset, s->offset + s->size,
			      IMP_SMALL);
}

static int read_ids(struct perf *p, const struct section *s)
{
	struct imp_input in;
	uint64_t id;
	int err = open_section(p, s, &in);

	if (err)
		return err;
	for (uint64_t i = 0; !err && i < s->size / 8; i++) {
		err = imp_u64(&in, &id);
		err = err ?: perf_attrs_id(&p->attrs, id, imp_at(&in) - 8, p->reader.error);
	}
	imp_input_close(&in);
	return err;
}

static int read_attr(struct perf *p, struct imp_input *in, uint64_t size)
{
	const uint8_t *attr;
	struct section ids;
	int err = imp_need(in, size);

	if (err)
		return err;
	attr = imp_here(in);
	ids = (struct section){ imp_get64(attr + size - 16), imp_get64(attr + size - 8) };
	err = perf_attrs_add(&p->attrs, attr, size - 16, imp_at(in), p->reader.error);
	if (!err)
		imp_advance(in, size);
	return err ?: read_ids(p, &ids);
}

static int read_attrs(struct perf *p, const struct header *h)
{
	struct imp_input in;
	int err = open_section(p, &h->attrs, &in);

	if (err)
		return err;
	for (uint64_t i = 0; !err && i < h->attrs.size / h->attr_size; i++)
		err = read_attr(p, &in, h->attr_size);
	imp_input_close(&in);
	return err;
}

static int read_feature(struct perf *p, uint32_t what, const struct section *s)
{
	struct imp_input in;
	int err = open_section(p, s, &in);

	if (err)
		return err;
	err = perf_tells(p, what, &in);
	imp_input_close(&in);
	return err;
}

/* A table of them is behind the data. */
static int read_features(struct perf *p, const struct header *h)
{
	struct section table = { h->data.offset + h->data.size, 16 * FEATURES }, s;
	struct imp_input in;
	int err;

	if (table.offset < h->data.offset || table.offset > p->in.source->size)
		return imp_bad(p->reader.error, 40, "the data go beyond the end of the file");
	if (table.size > p->in.source->size - table.offset)
		table.size = p->in.source->size - table.offset;
	err = open_section(p, &table, &in);
	for (uint32_t i = 0; !err && i < FEATURES; i++) {
		if (!(h->features[i / 8] & 1 << i % 8))
			continue;
		err = imp_u64(&in, &s.offset);
		err = err ?: imp_u64(&in, &s.size);
		if (!err && (i == PERF_TELLS_FORMATS || i == PERF_TELLS_KERNEL ||
			     i == PERF_TELLS_CPU))
			err = read_feature(p, i, &s);
	}
	imp_input_close(&in);
	return err;
}

static int open_file(struct perf *p, const struct imp_source *source)
{
	struct header h;
	int err = read_header(&p->in, &h);

	if (err)
		return err;
	if (source->size == IMP_UNKNOWN)
		return imp_bad(p->reader.error, 8, "perf's files can be read from a pipe only if "
			       "perf wrote them to one; give the file itself");
	if (!h.data.size) /* perf fills it in when it ends */
		return imp_bad(p->reader.error, 48, "perf did not end as it should, and the "
			       "formats of its events are missing");
	err = read_attrs(p, &h);
	err = err ?: read_features(p, &h);
	if (!err && !p->has_formats)
		err = imp_bad(p->reader.error, 72, "it has no formats of events: no tracepoints "
			      "were recorded");
	if (err)
		return err;
	imp_input_close(&p->in);
	return imp_input_open(&p->in, source, p->reader.error, h.data.offset,
			      h.data.offset + h.data.size, IMP_WINDOW);
}

int perf_header(struct perf *p, const struct imp_source *source)
{
	int err = imp_input_open(&p->in, source, p->reader.error, 0, IMP_UNKNOWN, IMP_WINDOW);

	err = err ?: imp_need(&p->in, PIPE_HEADER);
	if (err)
		return err;
	if (memcmp(imp_here(&p->in), "PERFILE2", 8))
		return imp_bad(p->reader.error, 0, "it is a big-endian machine's, which has no "
			       "VMX, or an old perf's");
	if (imp_get64(imp_here(&p->in) + 8) != PIPE_HEADER)
		return open_file(p, source);
	imp_advance(&p->in, PIPE_HEADER);
	return 0;
}
