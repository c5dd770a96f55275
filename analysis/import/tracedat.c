// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/import/tracedat.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_PAGE 512u
#define MAX_PAGE (1u << 20)

int dat_add_cpu(struct tracedat *t, struct dat_cpu c)
{
	struct dat_cpu *more;
	uint64_t size = t->source->size;

	if (!c.size)
		return 0;
	if (t->nr_cpus == DAT_MAX_CPUS)
		return imp_bad(t->reader.error, c.offset, "too many CPUs");
	if (c.page_size < MIN_PAGE || c.page_size > MAX_PAGE)
		return imp_bad(t->reader.error, c.offset, "pages of %u bytes", c.page_size);
	if (c.offset > size)
		return imp_bad(t->reader.error, c.offset, "a CPU's data begin beyond the end of "
			       "the file");
	more = reallocarray(t->cpus, t->nr_cpus + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	t->cpus = more;
	t->cpus[t->nr_cpus++] = c;
	return 0;
}

/* What is wrong with one CPU's data does not keep the others' from being read. */
static int next_of(struct tracedat *t, struct dat_cpu *c)
{
	int more = dat_cpu_next(t, c);

	if (more == -EBADMSG && !t->err)
		t->err = more;
	return more == -EBADMSG ? 0 : more;
}

/* A loss began after the CPU's last event, and ended before its next: both are told. */
static uint64_t next_time(const struct dat_cpu *c)
{
	return c->missed && !c->missing ? c->last : c->next.ns;
}

static int start_cpu(struct tracedat *t, uint32_t i)
{
	int more = dat_cpu_open(t, &t->cpus[i]);

	if (more == -EBADMSG)
		t->err = more;
	else
		more = more ?: next_of(t, &t->cpus[i]);
	if (more > 0)
		t->heap.head[t->heap.n++] = (struct imp_head){ next_time(&t->cpus[i]), i };
	return more < 0 && more != -EBADMSG ? more : 0;
}

static int start(struct tracedat *t)
{
	int err = 0;

	t->heap.head = calloc(t->nr_cpus + 1, sizeof(*t->heap.head));
	if (!t->heap.head)
		return -ENOMEM;
	for (uint32_t i = 0; !err && i < t->nr_cpus; i++)
		err = start_cpu(t, i);
	imp_heap_make(&t->heap);
	return err;
}

static void give_loss(struct dat_cpu *c, struct imp_event *e)
{
	*e = (struct imp_event){ .type = NP_EVENT_LOST, .cpu = c->cpu, .ns = next_time(c) };
	if (c->missing) {
		e->lost = c->missed - 1;
		c->missed = 0;
	}
	c->missing = !c->missing;
}

static void in_order(struct tracedat *t, struct imp_event *e)
{
	if (e->ns < t->last) {
		e->ns = t->last;
		t->reader.about.late++;
	}
	t->last = e->ns;
}

static int next(struct imp_reader *r, const struct imp_event **to)
{
	struct tracedat *t = (struct tracedat *)r;
	struct imp_event *e = &t->given;
	struct dat_cpu *c;
	int more;

	*to = e;
	if (!t->heap.n)
		return t->err;
	c = &t->cpus[t->heap.head[0].row];
	if (c->missed) {
		give_loss(c, e);
		more = 1;
	} else {
		*e = c->next;
		more = next_of(t, c);
	}
	if (more > 0)
		imp_heap_changed(&t->heap, next_time(c));
	else
		imp_heap_pop(&t->heap);
	in_order(t, e);
	return more < 0 ? more : 1;
}

static uint64_t offset(const struct imp_reader *r)
{
	const struct tracedat *t = (const struct tracedat *)r;
	uint64_t read = 0;

	for (uint32_t i = 0; i < t->nr_cpus; i++)
		read += imp_at(&t->cpus[i].in) - t->cpus[i].offset;
	return read;
}

static void free_tracedat(struct imp_reader *r)
{
	struct tracedat *t = (struct tracedat *)r;

	for (uint32_t i = 0; i < t->nr_cpus; i++)
		dat_cpu_close(&t->cpus[i]);
	imp_input_close(&t->in);
	imp_unpack_free(t->unpack);
	free(t->cpus);
	free(t->heap.head);
	free(t->reader.layouts);
	free(t);
}

static int read_header(struct tracedat *t)
{
	int err = imp_tracing_initial(&t->in, &t->tracing);

	if (err)
		return err;
	if (t->tracing.long_size != 4 && t->tracing.long_size != 8)
		return imp_bad(t->reader.error, 0, "a long has %u bytes", t->tracing.long_size);
	if (t->tracing.version == 7)
		return dat_header7(t);
	if (t->tracing.version == 6)
		return dat_header6(t);
	return imp_bad(t->reader.error, IMP_TRACING_MAGIC_SIZE, "it is of version %u, and only 6 "
		       "and 7 are known here", t->tracing.version);
}

int imp_tracedat_open(struct imp_reader **r, const struct imp_source *source, struct imp_error *e)
{
	struct tracedat *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	*r = &t->reader;
	t->reader = (struct imp_reader){ .next = next, .free = free_tracedat, .offset = offset,
					 .about = { .tool = "trace-cmd" },
					 .layouts = imp_layouts_new(), .error = e };
	t->source = source;
	if (!t->reader.layouts)
		return -ENOMEM;
	if (source->size == IMP_UNKNOWN)
		return imp_bad(e, 0, "trace-cmd's files cannot be read from a pipe; give the file "
			       "itself");
	err = imp_input_open(&t->in, source, e, 0, source->size, IMP_SMALL);
	err = err ?: read_header(t);
	if (t->mult)
		t->reader.about.counts_only = false;
	return err ?: start(t);
}
