/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording says about a vCPU, and about itself: JSON in its frames. */
#ifndef NESTPROF_RECORDING_STREAM_H
#define NESTPROF_RECORDING_STREAM_H

#include <stdint.h>

#include <jansson.h>

#include "analysis/stat_model.h"

/* A vCPU, from its first event to its last. Numbers count from 1, and none comes twice. */
struct rec_stream {
	uint32_t stream;
	uint32_t isa; /* enum np_isa */
	struct stat_whose whose;
};

json_t *rec_stream_to_json(const struct rec_stream *s);
/* -EINVAL: it is none. */
int rec_stream_from_json(struct rec_stream *s, const json_t *o);

#endif
