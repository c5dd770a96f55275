/* SPDX-License-Identifier: GPL-2.0-only */
/* What a tracefs hist file says: counts by one integer key. */
#ifndef NESTPROF_HIST_H
#define NESTPROF_HIST_H

#include <stdint.h>

#include "bpf/events.h"

struct hist {
	uint64_t count[NP_REASONS]; /* by exit reason's index, modifier bits masked off */
	uint64_t hits;	  /* all events in the table */
	uint64_t dropped; /* events that found no room in it */
};

/*
 * Parses the text of an event's hist file. Keys may be decimal or hexadecimal.
 * -EINVAL when it is no such text, or when its counts do not add up.
 */
int hist_parse(struct hist *h, const char *text, const char *key, enum np_isa isa);

#endif
