// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/calibration.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/result_fields.h"
#include "analysis/vmcs_field.h"

/*
 * GUEST_RFLAGS is shadowed, VM_EXIT_INTR_INFO for reading alone, VMX_INSTRUCTION_INFO and
 * HOST_RSP are not. None has a side effect when it is read, or written as it was.
 */
#define SHADOWED "6820"
#define READ_ONLY "4404"
#define READ_UNSHADOWED "440e"
#define WRITE_UNSHADOWED "6c14"

const struct np_cost_source np_cost_sources[NP_NR_COSTS] = {
	[NP_COST_TRAPPED + NP_READ] = { "trapped_read", "VMREAD, shadow VMCS off", NP_ARM_OFF,
					"R:" SHADOWED },
	[NP_COST_TRAPPED + NP_READ_MEMORY] = { "trapped_read_memory",
					       "VMREAD to memory, shadow VMCS off", NP_ARM_OFF,
					       "R:" SHADOWED "m" },
	[NP_COST_TRAPPED + NP_WRITE] = { "trapped_write", "VMWRITE, shadow VMCS off", NP_ARM_OFF,
					 "W:" SHADOWED },
	[NP_COST_TRAPPED + NP_WRITE_MEMORY] = { "trapped_write_memory",
						"VMWRITE from memory, shadow VMCS off",
						NP_ARM_OFF, "W:" SHADOWED "m" },
	[NP_COST_SHADOWED + NP_READ] = { "shadowed_read", "VMREAD, shadowed", NP_ARM_ON,
					 "R:" SHADOWED },
	[NP_COST_SHADOWED + NP_READ_MEMORY] = { "shadowed_read_memory",
						"VMREAD to memory, shadowed", NP_ARM_ON,
						"R:" SHADOWED "m" },
	[NP_COST_SHADOWED + NP_WRITE] = { "shadowed_write", "VMWRITE, shadowed", NP_ARM_ON,
					  "W:" SHADOWED },
	[NP_COST_SHADOWED + NP_WRITE_MEMORY] = { "shadowed_write_memory",
						 "VMWRITE from memory, shadowed", NP_ARM_ON,
						 "W:" SHADOWED "m" },
	[NP_COST_UNSHADOWED + NP_READ] = { "unshadowed_read", "VMREAD of another field",
					   NP_ARM_ON, "R:" READ_UNSHADOWED },
	[NP_COST_UNSHADOWED + NP_READ_MEMORY] = { "unshadowed_read_memory",
						  "VMREAD of another field to memory", NP_ARM_ON,
						  "R:" READ_UNSHADOWED "m" },
	[NP_COST_UNSHADOWED + NP_WRITE] = { "unshadowed_write", "VMWRITE of another field",
					    NP_ARM_ON, "W:" WRITE_UNSHADOWED },
	[NP_COST_UNSHADOWED + NP_WRITE_MEMORY] = { "unshadowed_write_memory",
						   "VMWRITE of another field from memory",
						   NP_ARM_ON, "W:" WRITE_UNSHADOWED "m" },
	[NP_COST_READ_ONLY + NP_WRITE] = { "read_only_write",
					   "VMWRITE of a field shadowed for reading", NP_ARM_ON,
					   "W:" READ_ONLY },
	[NP_COST_READ_ONLY + NP_WRITE_MEMORY] = { "read_only_write_memory",
						  "VMWRITE of such a field from memory",
						  NP_ARM_ON, "W:" READ_ONLY "m" },
	[NP_COST_DIRTY] = { "dirty", "the first write of another field, besides", NULL, NULL },
	[NP_COST_OFF] = { "round_trip_off", "round trip, shadow VMCS off", NULL, NULL },
	[NP_COST_ON] = { "round_trip_on", "round trip, shadow VMCS on", NULL, NULL },
	[NP_COST_SYNC] = { "sync", "copies to and from the shadow VMCS, per round trip", NULL,
			   NULL },
	[NP_COST_COPY] = { "copy", "of that, one field one way", NULL, NULL },
};

struct np_calibration *np_calibration_new(void)
{
	struct np_calibration *c = calloc(1, sizeof(*c));

	if (c)
		c->where = np_result_new();
	if (c && c->where)
		return c;
	free(c);
	return NULL;
}

void np_calibration_free(struct np_calibration *c)
{
	if (c)
		np_result_free(c->where);
	free(c);
}

const struct np_sweep *np_calibration_sweep(const struct np_calibration *c, const char *arm,
					    const char *access)
{
	for (uint32_t i = 0; i < c->nr_sweeps; i++)
		if (!strcmp(c->sweep[i].arm, arm) && !strcmp(c->sweep[i].access, access))
			return &c->sweep[i];
	return NULL;
}

struct np_sweep *np_calibration_add(struct np_calibration *c, const char *arm, const char *access)
{
	struct np_sweep *s = (struct np_sweep *)np_calibration_sweep(c, arm, access);

	if (s || c->nr_sweeps == NP_MAX_SWEEPS)
		return s;
	s = &c->sweep[c->nr_sweeps++];
	snprintf(s->arm, sizeof(s->arm), "%s", arm);
	snprintf(s->access, sizeof(s->access), "%s", access);
	return s;
}
