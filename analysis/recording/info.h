/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording says about itself, first and last: JSON in its frames. */
#ifndef NESTPROF_RECORDING_INFO_H
#define NESTPROF_RECORDING_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "bpf/events.h"

#define REC_TEXT 128

/* The first frame's. All times are CLOCK_MONOTONIC's. */
struct rec_info {
	uint64_t start;		/* ns; no event is older */
	int64_t start_time;	/* the same in seconds since 1970 */
	char nestprof[REC_TEXT]; /* the version that wrote it */
	char kernel[REC_TEXT];
	char cpu[REC_TEXT];
	bool has_entry; /* kvm_entry was hooked: round trips can be timed */
	uint32_t phases_every; /* of so many exits of L2, one has all entries until the next */
	bool has_sync[NP_SYNCS];
	bool has_accesses; /* to VMCS fields, of L1's with an exit */
};

json_t *rec_info_to_json(const struct rec_info *i);
/* -EINVAL: it is none. */
int rec_info_from_json(struct rec_info *i, const json_t *o);

/* The last frame's. */
struct rec_end {
	uint64_t end; /* ns; no event is younger */
	uint64_t events, lost;
	json_t *tracing; /* what tracing cost, as stat's JSON says it; in from_json() borrowed */
};

json_t *rec_end_to_json(const struct rec_end *e);
int rec_end_from_json(struct rec_end *e, const json_t *o);

#endif
