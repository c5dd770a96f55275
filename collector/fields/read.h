/* SPDX-License-Identifier: GPL-2.0-only */
/* What a session counted of L1's accesses to VMCS fields, in the model. */
#ifndef NESTPROF_FIELDS_READ_H
#define NESTPROF_FIELDS_READ_H

#include "analysis/fields.h"
#include "collector/session.h"

/*
 * As they stand, since session_open(): added to `f`, of one vCPU's of each VM or NP_ANY_VCPU.
 * Those of slots that are `gone` are added to `past`.
 */
int fields_read(struct session *s, uint32_t vcpu, const bool gone[NP_MAX_VCPUS],
		struct np_fields *f, struct np_fields *past);

/* The same for a result: whose they are is not told apart. */
int fields_read_together(struct session *s, struct np_fields *f);

/* Features that this CPU's VMX lacks: np_vmcs_field_is_shadowed()'s. 0 where it is not known. */
unsigned int fields_lacking(void);

#endif
