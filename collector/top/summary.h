/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of words above the table, as long as the screen has room for. */
#ifndef NESTPROF_TOP_SUMMARY_H
#define NESTPROF_TOP_SUMMARY_H

#include "collector/top/state.h"

#define TOP_LINE 1024 /* bytes; no screen is wider than this shows */

/* The one line to look at: L0's and L2's exits, losses, what tracing costs. */
void top_summary(struct top_state *s, uint32_t width, char out[TOP_LINE]);

/* Where we are: "VM web (PID 4711) > vCPU 0 > CPUID". */
void top_where(const struct top_state *s, char out[TOP_LINE]);

/* How it is shown: the order, the filter, "every 1 s" or "PAUSED". */
void top_how(const struct top_state *s, uint32_t width, char out[TOP_LINE]);

/*
 * All there is to say of the exit whose cost is shown, metric by metric, from
 * the first'th on, in `width` columns. Returns where the next line begins; 0: no more.
 */
uint32_t top_detail(const struct top_state *s, uint32_t first, uint32_t width, char out[TOP_LINE]);

/* The keys to know. */
void top_hints(uint32_t width, char out[TOP_LINE]);

#endif
