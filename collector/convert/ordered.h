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

/* Of that vCPU, in their order. */
int ordered_events(struct ordered *o, uint32_t stream, const struct rec_event *e,
		   const struct imp_origin *from, uint32_t n);
/* No event is older now than what came before the last mark. */
int ordered_mark(struct ordered *o, uint64_t ns, uint64_t missed);
/* All that is left. */
int ordered_finish(struct ordered *o);

#endif
