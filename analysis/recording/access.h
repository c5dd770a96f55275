/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording says about a kind of access to a VMCS: JSON in its frames. */
#ifndef NESTPROF_RECORDING_ACCESS_H
#define NESTPROF_RECORDING_ACCESS_H

#include <stdint.h>

#include <jansson.h>

#include "analysis/fields.h"

/*
 * One vCPU's accesses with the same instruction, field and kind of operand. Numbers count
 * from 1 on, and none comes twice: an event says which it is. 0: there was no room for more.
 */
struct rec_access {
	uint32_t access;
	uint32_t stream;       /* whose */
	struct np_access what; /* but whose, the L2 exit handled, and the counts */
};

json_t *rec_access_to_json(const struct rec_access *a);
/* -EINVAL: it is none. */
int rec_access_from_json(struct rec_access *a, const json_t *o);

#endif
