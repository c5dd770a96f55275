/* SPDX-License-Identifier: GPL-2.0-only */
/* trace.dat: its header, versions 6 and 7, and each CPU's pages of the ring buffer. */
#ifndef NESTPROF_IMPORT_TRACEDAT_H
#define NESTPROF_IMPORT_TRACEDAT_H

#include "analysis/import/heap.h"
#include "analysis/import/page.h"
#include "analysis/import/reader.h"
#include "analysis/import/tracing_data.h"
#include "analysis/import/unpack.h"

#define DAT_MAX_CPUS 8192u /* of all buffers together */
#define DAT_MEMORY (24u << 20) /* for all of their pages that are in memory */

/* One CPU of one buffer. */
struct dat_cpu {
	uint16_t cpu;
	bool packed;
	uint64_t offset, size; /* in the file */
	uint32_t page_size;
	struct imp_input in;	/* the pages, or the pieces that they are compressed into */
	uint32_t pieces;	/* that are left */
	struct imp_piece piece; /* the one that is read */
	size_t at;		/* in it */
	struct imp_page page;
	uint64_t last;		/* the time of its last event */
	struct imp_event next;	/* what comes, */
	uint64_t missed;	/* and before it, a loss of so many + 1, */
	bool missing;		/* which was told to begin */
};

struct tracedat {
	struct imp_reader reader;
	const struct imp_source *source;
	struct imp_input in;
	struct imp_tracing tracing;
	struct imp_unpack *unpack; /* NULL: nothing is compressed */
	struct dat_cpu *cpus;
	uint32_t nr_cpus;
	uint32_t count; /* version 6: of CPUs, in each buffer */
	size_t memory;	/* that pieces take */
	struct imp_heap heap;
	struct imp_event given;
	uint64_t last; /* the time of the event before */
	uint32_t mult, shift; /* of a clock that counts cycles, to ns; 0: it is ns */
	int err; /* what was wrong with a CPU, which then ends */
};

/* t->in is behind what both begin with. */
int dat_header6(struct tracedat *t);
int dat_header7(struct tracedat *t);

/* An option's data are all that `in` has; `sections`: of version 7. */
int dat_option(struct tracedat *t, uint16_t option, struct imp_input *in);
/* Version 6: a buffer's CPUs, which are told of where it says; t->in is not moved. */
int dat_buffer6(struct tracedat *t, uint64_t offset);
int dat_buffer7(struct tracedat *t, struct imp_input *in);

/* A CPU has that much at that offset. */
int dat_add_cpu(struct tracedat *t, struct dat_cpu c);

/* Room for its pages: when all CPUs are known. */
int dat_cpu_open(struct tracedat *t, struct dat_cpu *c);
void dat_cpu_close(struct dat_cpu *c);
/* Its next event, to c->next: 1; 0: there is none; else a negative errno. */
int dat_cpu_next(struct tracedat *t, struct dat_cpu *c);

#endif
