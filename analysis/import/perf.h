/* SPDX-License-Identifier: GPL-2.0-only */
/* perf.data: its header, and the records behind it. */
#ifndef NESTPROF_IMPORT_PERF_H
#define NESTPROF_IMPORT_PERF_H

#include "analysis/import/order.h"
#include "analysis/import/perf_attr.h"
#include "analysis/import/perf_zstd.h"
#include "analysis/import/reader.h"

/* CPUs that are told apart when something was lost. */
#define PERF_CPUS 4096u

struct perf {
	struct imp_reader reader;
	struct imp_input in;
	struct perf_attrs attrs;
	struct imp_order *order;
	struct perf_zstd *zstd; /* NULL: nothing was compressed yet */
	bool has_formats, zstd_pending, ended;
	int err; /* why it ended */
	uint64_t last[PERF_CPUS]; /* the time of each CPU's last event */
	uint64_t lost, lost_samples;
};

/* Numbers of what the header may tell (HEADER_... in perf's sources). */
enum { PERF_TELLS_FORMATS = 1, PERF_TELLS_KERNEL = 4, PERF_TELLS_CPU = 8 };

/* The header of a file: p->in is then at the first record. */
int perf_header(struct perf *p, const struct imp_source *source);
/* One of what the header tells, which is all that `in` has. */
int perf_tells(struct perf *p, uint32_t what, struct imp_input *in);

/* Samples that are whole, as long as there is room for them: most of what there is. Up to where. */
const uint8_t *perf_samples(struct perf *p, const uint8_t *from, const uint8_t *end);
/* A record of that size that is none; what follows it is still in p->in. */
int perf_record(struct perf *p, const uint8_t *record, uint64_t offset);

#endif
