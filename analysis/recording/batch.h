/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Raw events as they are in a frame: runs of events of one vCPU each, in the
 * order in which they were collected, and marks between them. A mark says that
 * no event before its time comes after it. Stored by columns, for what is alike
 * compresses well together.
 */
#ifndef NESTPROF_RECORDING_BATCH_H
#define NESTPROF_RECORDING_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record_event.h"

#define REC_MAX_EVENTS 65536u
#define REC_MAX_RUNS 4096u

struct rec_event {
	uint64_t ns;  /* when; of NP_EVENT_LOST: how many; of _ACCESS: which */
	uint8_t type; /* enum np_event_type */
	uint8_t level;
	uint8_t reason;
};

struct rec_run {
	uint32_t stream; /* whose: the vCPU's number in this recording; 0: a mark */
	uint32_t n;	 /* events; of a mark: how many were lost that are no known vCPU's */
	uint64_t ns;	 /* the first event's time, or the mark's */
};

struct rec_batch {
	uint32_t nr_runs, nr_events, nr_wide;
	bool has_accesses;	    /* some of the events are: for rec_batch_unpack() to say */
	uint64_t first_ns, last_ns; /* of events and marks */
	uint64_t now;		    /* of the run that is added to */
	struct rec_run run[REC_MAX_RUNS];
	uint8_t kind[REC_MAX_EVENTS]; /* type and level */
	uint8_t reason[REC_MAX_EVENTS];
	uint32_t delta[REC_MAX_EVENTS]; /* ns since the event before it, or another value */
	uint64_t wide[REC_MAX_EVENTS];	/* where that does not fit */
};

void rec_batch_clear(struct rec_batch *b);

/* A run begins; false: the batch is full. */
bool rec_batch_begin(struct rec_batch *b, uint32_t stream, uint64_t ns);
/* Its next event; false: the batch is full. Time does not go back within a run. */
bool rec_batch_add(struct rec_batch *b, const struct rec_event *e);
bool rec_batch_mark(struct rec_batch *b, uint64_t ns, uint32_t missed);

/* To a frame's payload; room for REC_MAX_PAYLOAD bytes. Returns the size. */
size_t rec_batch_pack(const struct rec_batch *b, uint8_t *to);
/* False: this is none. */
bool rec_batch_unpack(struct rec_batch *b, const uint8_t *from, size_t size);

/* Reads a batch, run by run and event by event. */
struct rec_cursor {
	uint32_t run, event, wide, left;
	uint64_t ns;
};
/* The next run or mark; NULL: there is none. What is left of the run before is skipped. */
const struct rec_run *rec_cursor_run(struct rec_cursor *c, const struct rec_batch *b);
/* Its next event; false: there is none. */
bool rec_cursor_event(struct rec_cursor *c, const struct rec_batch *b, struct rec_event *e);

#endif
