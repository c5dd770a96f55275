// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/tracing_data.h"

#include <stdlib.h>

/* More than any kernel has. */
#define MAX_FTRACE_EVENTS 4096
#define MAX_SYSTEMS 4096
#define MAX_EVENTS 65536
#define MAX_HEADER 65536

static int expect(struct imp_input *in, const void *bytes, size_t size, const char *what)
{
	int err = imp_need(in, size);

	if (err)
		return err;
	if (memcmp(imp_here(in), bytes, size))
		return imp_bad(in->error, imp_at(in), "%s is missing", what);
	imp_advance(in, size);
	return 0;
}

int imp_tracing_initial(struct imp_input *in, struct imp_tracing *t)
{
	char version[16];
	uint8_t endian;
	int err = expect(in, IMP_TRACING_MAGIC, IMP_TRACING_MAGIC_SIZE, "the mark of a trace");

	err = err ?: imp_string(in, version, sizeof(version));
	err = err ?: imp_u8(in, &endian);
	err = err ?: imp_u8(in, &t->long_size);
	err = err ?: imp_u32(in, &t->page_size);
	if (err)
		return err;
	t->version = strtoul(version, NULL, 10);
	if (endian)
		return imp_bad(in->error, imp_at(in) - 6, "it is a big-endian machine's, which "
			       "has no VMX");
	return 0;
}

static int skip_header(struct imp_input *in, const char *name)
{
	uint64_t size;
	int err = expect(in, name, strlen(name) + 1, name);

	err = err ?: imp_u64(in, &size);
	if (!err && size > MAX_HEADER)
		err = imp_bad(in->error, imp_at(in) - 8, "%s has an absurd length", name);
	return err ?: imp_skip(in, size);
}

int imp_tracing_headers(struct imp_input *in)
{
	int err = skip_header(in, "header_page");

	return err ?: skip_header(in, "header_event");
}

static int take_count(struct imp_input *in, uint32_t *n, uint32_t most, const char *of)
{
	int err = imp_u32(in, n);

	if (!err && *n > most)
		err = imp_bad(in->error, imp_at(in) - 4, "an absurd number of %s: %u", of, *n);
	return err;
}

static int take_size(struct imp_input *in, uint64_t *size)
{
	int err = imp_u64(in, size);

	if (!err && *size > IMP_MAX_FORMAT)
		err = imp_bad(in->error, imp_at(in) - 8, "the format of an event has an absurd "
			      "length");
	return err;
}

int imp_tracing_ftrace_events(struct imp_input *in)
{
	uint32_t n;
	uint64_t size;
	int err = take_count(in, &n, MAX_FTRACE_EVENTS, "events");

	for (uint32_t i = 0; !err && i < n; i++) {
		err = take_size(in, &size);
		err = err ?: imp_skip(in, size);
	}
	return err;
}

static int take_format(struct imp_input *in, struct imp_layouts *l)
{
	uint64_t size;
	int err = take_size(in, &size);

	err = err ?: imp_need(in, size);
	err = err ?: imp_layouts_add(l, (const char *)imp_here(in), size, imp_at(in), in->error);
	if (!err)
		imp_advance(in, size);
	return err;
}

static int take_system(struct imp_input *in, struct imp_layouts *l)
{
	char name[64];
	uint32_t n;
	uint64_t size;
	int err = imp_string(in, name, sizeof(name));

	err = err ?: take_count(in, &n, MAX_EVENTS, "events");
	for (uint32_t i = 0; !err && i < n; i++) {
		if (imp_system_matters(name)) {
			err = take_format(in, l);
			continue;
		}
		err = take_size(in, &size);
		err = err ?: imp_skip(in, size);
	}
	return err;
}

int imp_tracing_events(struct imp_input *in, struct imp_layouts *l)
{
	uint32_t n;
	int err = take_count(in, &n, MAX_SYSTEMS, "systems of events");

	for (uint32_t i = 0; !err && i < n; i++)
		err = take_system(in, l);
	return err;
}

int imp_tracing_data(struct imp_input *in, struct imp_layouts *l)
{
	struct imp_tracing t;
	int err = imp_tracing_initial(in, &t);

	err = err ?: imp_tracing_headers(in);
	err = err ?: imp_tracing_ftrace_events(in);
	return err ?: imp_tracing_events(in, l);
}
