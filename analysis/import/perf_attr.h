/* SPDX-License-Identifier: GPL-2.0-only */
/* What perf recorded, event by event, and where in a sample of it is what. */
#ifndef NESTPROF_IMPORT_PERF_ATTR_H
#define NESTPROF_IMPORT_PERF_ATTR_H

#include <linux/perf_event.h>

#include "analysis/import/layout.h"

#define PERF_MAX_ATTRS 4096u
#define PERF_MAX_IDS (1u << 18)
#define PERF_RECENT 16u /* a power of two */

/* One event of perf's. Offsets are from the record's beginning; 0: it is not there. */
struct perf_attr {
	uint16_t tracepoint; /* its id; 0: no tracepoint */
	uint16_t tid, time, cpu, id;
	uint16_t rest; /* what has no fixed length begins here */
	uint16_t raw;  /* the length of raw data, where it has a place of its own, */
	uint32_t least; /* and so what has it is no shorter; UINT32_MAX: it has none */
	bool has_read, has_callchain, has_raw;
	uint64_t read_format;
	/* From the end of other records, where all have it. */
	uint16_t end_time, end_cpu;
};

struct perf_id {
	uint64_t id;
	uint32_t attr; /* + 1; 0: free */
};

/* Samples of one id. */
struct perf_kind {
	uint64_t id;
	const struct perf_attr *attr;
	const struct imp_layout *layout; /* of their raw data; NULL: they are of no interest */
};

struct perf_attrs {
	struct perf_attr *attr;
	uint32_t nr;
	struct perf_id *ids; /* a hash */
	uint32_t nr_ids, room;
	uint16_t id; /* where samples have it, */
	uint16_t least; /* and so they are no shorter */
	uint64_t id_mask; /* 0: none has it */
	struct perf_kind recent[PERF_RECENT]; /* by the low bits of their ids */
	bool sample_ids; /* not samples alone have a time and a CPU */
};

/* A struct perf_event_attr of `size` bytes, as the file has it: more or less than we know. */
int perf_attrs_add(struct perf_attrs *a, const uint8_t *attr, size_t size, uint64_t offset,
		   struct imp_error *error);
/* The last one's. */
int perf_attrs_id(struct perf_attrs *a, uint64_t id, uint64_t offset, struct imp_error *error);
void perf_attrs_free(struct perf_attrs *a);

/* Of that id; NULL: it is nobody's. */
const struct perf_kind *perf_kind_find(struct perf_attrs *a, const struct imp_layouts *l,
				       uint64_t id);
/* There are more layouts now. */
void perf_kinds_forget(struct perf_attrs *a);

/* What a sample is; NULL: nothing that is known. There are few that come often. */
static inline const struct perf_kind *perf_kind_of(struct perf_attrs *a,
						   const struct imp_layouts *l,
						   const uint8_t *sample, uint16_t size)
{
	const struct perf_kind *k;
	uint64_t id;

	if (size < a->least)
		return NULL;
	id = imp_get64(sample + a->id) & a->id_mask;
	k = &a->recent[id % PERF_RECENT];
	return k->id == id ? k : perf_kind_find(a, l, id);
}

/* Where its raw data are, and *size of them; NULL: there are none. */
const uint8_t *perf_raw_find(const struct perf_attr *a, const uint8_t *sample, uint16_t length,
			     uint32_t *size);

static inline const uint8_t *perf_raw(const struct perf_attr *a, const uint8_t *sample,
				      uint16_t length, uint32_t *size)
{
	if (length < a->least)
		return perf_raw_find(a, sample, length, size);
	*size = imp_get32(sample + a->raw);
	return *size <= length - a->raw - 4u ? sample + a->raw + 4 : NULL;
}

#endif
