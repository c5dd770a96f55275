/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a recording, frame by frame, at a memory that does not grow whatever
 * the file says. Reading ends at the first thing that is wrong: what is behind
 * it is looked at only to say how much was left out.
 */
#ifndef NESTPROF_RECORDING_READER_H
#define NESTPROF_RECORDING_READER_H

#include <sys/types.h>

#include <jansson.h>

#include "analysis/recording/batch.h"
#include "analysis/recording/frame.h"

/* Like read(): how many bytes, 0 at the end, or a negative errno. */
typedef ssize_t (*rec_source)(void *arg, void *data, size_t size);

struct rec_reader;

/* NULL: no memory. */
struct rec_reader *rec_reader_new(rec_source source, void *arg);
void rec_reader_free(struct rec_reader *r);

/*
 * The next frame: 1 and *f, or 0 when there is none that can be read; or a
 * negative errno, for the source's sake, or -EBADMSG when this is no recording
 * at all, or -ENOTSUP when it is of a later version.
 */
int rec_read_frame(struct rec_reader *r, const struct rec_frame **f);

/* What the frame holds, until the next one is read: a batch of events, or JSON. */
const struct rec_batch *rec_reader_batch(const struct rec_reader *r);
const json_t *rec_reader_json(const struct rec_reader *r);

/* The frame that was just read makes no sense: it is damage as well. */
void rec_reader_reject(struct rec_reader *r, const char *what);

struct rec_damage {
	const char *what; /* NULL: none, the recording is whole and ended well */
	uint64_t offset;  /* of the first byte that was not used */
	uint64_t bytes;	  /* from there to the end */
	/* Whole frames among them, and the events that these say they have. */
	uint64_t frames, events;
};

/* When there are no more frames: looks at the rest, if there is any. */
int rec_reader_damage(struct rec_reader *r, struct rec_damage *d);

#endif
