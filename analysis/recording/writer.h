/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a recording, frame by frame. Its memory does not grow. */
#ifndef NESTPROF_RECORDING_WRITER_H
#define NESTPROF_RECORDING_WRITER_H

#include "analysis/recording/access.h"
#include "analysis/recording/batch.h"
#include "analysis/recording/frame.h"
#include "analysis/recording/stream.h"

/* Where frames go: all of it, or a negative errno. Each call is a whole frame. */
typedef int (*rec_sink)(void *arg, const void *data, size_t size);

struct rec_totals {
	uint64_t events, lost; /* LOST is no event, but what it says is lost */
	uint64_t frames, bytes;
};

struct rec_writer;

/* NULL: no memory. */
struct rec_writer *rec_writer_new(rec_sink sink, void *arg);
void rec_writer_free(struct rec_writer *w);

/* Before the first frame: there will be accesses to VMCS fields, which old readers do not know. */
void rec_writer_takes_accesses(struct rec_writer *w);

/*
 * In this order: the file, then vCPUs and events, then the end. All return 0 or
 * what the sink did; after a failure nothing more is written. What a JSON frame
 * says is up to the caller (it keeps the object): docs/recording.md.
 */
int rec_write_json(struct rec_writer *w, enum rec_type type, const json_t *o);
int rec_write_stream(struct rec_writer *w, const struct rec_stream *s);
int rec_write_access(struct rec_writer *w, const struct rec_access *a);

/* The events that rec_write_event() adds are this vCPU's. */
int rec_write_run(struct rec_writer *w, uint32_t stream, uint64_t ns);
int rec_write_event(struct rec_writer *w, const struct rec_event *e);
/* No event before `ns` comes after this; `missed` were lost that are no known vCPU's. */
int rec_write_mark(struct rec_writer *w, uint64_t ns, uint64_t missed);
/* What was added so far becomes a frame. */
int rec_flush(struct rec_writer *w);

const struct rec_totals *rec_writer_totals(const struct rec_writer *w);

#endif
