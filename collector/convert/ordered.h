/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events on their way to a writer, in the order of their times: those of different vCPUs
 * come in any, between two marks.
 */
#ifndef NESTPROF_CONVERT_ORDERED_H
#define NESTPROF_CONVERT_ORDERED_H

#include "analysis/import/vcpus.h"

struct ordered;

/* Who takes them in their order. NULL: no memory. */
struct ordered *ordered_new(const struct imp_sink *to);
void ordered_free(struct ordered *o); /* NULL is fine */

/* `now`: when it was, if the event itself does not say. */
int ordered_event(struct ordered *o, uint32_t stream, const struct rec_event *e, uint64_t now,
		  const struct imp_event *from);
/* No event is older now than what came before the last mark. */
int ordered_mark(struct ordered *o, uint64_t ns, uint64_t missed);
/* All that is left. */
int ordered_finish(struct ordered *o);

/* The time of the latest event so far. */
uint64_t ordered_latest(const struct ordered *o);

#endif
