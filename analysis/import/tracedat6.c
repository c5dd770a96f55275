// SPDX-License-Identifier: GPL-2.0-only
/* Version 6: all in a row. */
#include "analysis/import/tracedat.h"

#define KIND 10 /* bytes of a word that says what comes */
#define OPTION_CPUCOUNT 8
#define MAX_OPTION 65536u

/* Kernel symbols and formats of printk(): of no use here. */
static int skip_block(struct imp_input *in)
{
	uint32_t size;
	int err = imp_u32(in, &size);

	return err ?: imp_skip(in, size);
}

static int skip_commands(struct imp_input *in)
{
	uint64_t size;
	int err = imp_u64(in, &size);

	return err ?: imp_skip(in, size);
}

static int read_option(struct tracedat *t, uint16_t option)
{
	struct imp_input data;
	uint32_t size;
	int err = imp_u32(&t->in, &size);

	if (!err && size > MAX_OPTION)
		err = imp_bad(t->reader.error, imp_at(&t->in) - 4, "an option has an absurd "
			      "length");
	err = err ?: imp_need(&t->in, size);
	if (err)
		return err;
	imp_input_memory(&data, imp_here(&t->in), size, imp_at(&t->in), t->reader.error);
	imp_advance(&t->in, size);
	if (option == OPTION_CPUCOUNT)
		return imp_u32(&data, &t->count);
	return dat_option(t, option, &data);
}

static int read_options(struct tracedat *t)
{
	uint16_t option;
	int err;

	while (!(err = imp_u16(&t->in, &option)) && option)
		if ((err = read_option(t, option)))
			break;
	return err;
}

/* Two numbers each: where its data are, and how long. */
static int read_cpus(struct tracedat *t, struct imp_input *in)
{
	int err = 0;

	if (t->count > DAT_MAX_CPUS)
		return imp_bad(t->reader.error, imp_at(in), "%u CPUs", t->count);
	for (uint32_t i = 0; !err && i < t->count; i++) {
		struct dat_cpu c = { .cpu = i, .page_size = t->tracing.page_size };

		err = imp_u64(in, &c.offset);
		err = err ?: imp_u64(in, &c.size);
		err = err ?: dat_add_cpu(t, c);
	}
	return err;
}

static int read_kind(struct imp_input *in, const char *kind, bool *is)
{
	int err = imp_need(in, KIND);

	if (err)
		return err;
	*is = !memcmp(imp_here(in), kind, strlen(kind));
	if (*is)
		imp_advance(in, KIND);
	return 0;
}

static int read_flyrecord(struct tracedat *t, struct imp_input *in)
{
	bool is;
	int err = read_kind(in, "flyrecord", &is);

	if (!err && !is)
		err = imp_bad(t->reader.error, imp_at(in), "it has no pages of the ring buffer: a "
			      "latency trace cannot be read here");
	return err ?: read_cpus(t, in);
}

int dat_buffer6(struct tracedat *t, uint64_t offset)
{
	struct imp_input in;
	int err;

	if (offset > t->source->size)
		return imp_bad(t->reader.error, offset, "a buffer is beyond the end of the file");
	err = imp_input_open(&in, t->source, t->reader.error, offset, t->source->size, IMP_SMALL);
	err = err ?: read_flyrecord(t, &in);
	imp_input_close(&in);
	return err;
}

int dat_header6(struct tracedat *t)
{
	bool has_options;
	int err = imp_tracing_headers(&t->in);

	err = err ?: imp_tracing_ftrace_events(&t->in);
	err = err ?: imp_tracing_events(&t->in, t->reader.layouts);
	err = err ?: skip_block(&t->in);
	err = err ?: skip_block(&t->in);
	err = err ?: skip_commands(&t->in);
	err = err ?: imp_u32(&t->in, &t->count);
	err = err ?: read_kind(&t->in, "options", &has_options);
	if (!err && has_options)
		err = read_options(t);
	return err ?: read_flyrecord(t, &t->in);
}
