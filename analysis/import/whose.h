/* SPDX-License-Identifier: GPL-2.0-only */
/* One vCPU's events: who ran when it exited, and who will run. Pure. */
#ifndef NESTPROF_IMPORT_WHOSE_H
#define NESTPROF_IMPORT_WHOSE_H

#include "analysis/import/vcpus.h"

struct imp_vcpu {
	int32_t tid, tgid;
	uint32_t stream; /* 0: nobody was told of it yet */
	uint16_t number;
	uint8_t isa;
	uint8_t level; /* enum np_level: whose code runs, or ran last */
	bool entering; /* L1's last exit was to enter L2, and it was not told that it did */
	bool open;     /* L2's last exit was not told to be given to L1 */
	uint16_t exit_reason;
	uint64_t exit_rip; /* of the last exit */
	uint64_t now, gaps;
	bool holds; /* an exit whose next event tells whose it is: */
	struct imp_event held[2]; /* this one of these, for the one before is told of meanwhile */
	uint8_t which;
};

/* What a vCPU's event means: events as they are in a recording. */
struct imp_verdict {
	uint32_t n;
	struct rec_event event[4];
	const struct imp_event *own[4]; /* what the trace has; NULL: it follows from others */
	uint32_t enters, injects; /* those that it has not */
};

static inline void imp_verdict_begin(struct imp_verdict *to)
{
	to->n = to->enters = to->injects = 0;
}

void imp_whose_event(struct imp_vcpu *c, const struct imp_event *e, const struct imp_seen *seen,
		     struct imp_verdict *to);
/* No event tells more of the one that is held. */
void imp_whose_settle(struct imp_vcpu *c, const struct imp_seen *seen, struct imp_verdict *to);
/* Events may be missing here. */
void imp_whose_gap(struct imp_vcpu *c);

#endif
