/* SPDX-License-Identifier: GPL-2.0-only */
/* L1's functions to its instructions that access VMCS fields. */
#ifndef NESTPROF_FIELDS_SYMBOLS_H
#define NESTPROF_FIELDS_SYMBOLS_H

#include "analysis/fields.h"
#include "analysis/kallsyms.h"

/* Whether the names can be L1's: instructions of VMX are in KVM's functions. */
struct np_fit {
	uint32_t sites;
	uint32_t misfits; /* in no function, or one that is not in kvm_intel */
};

int np_fields_symbolize(struct np_fields *f, const struct np_kallsyms *k, struct np_fit *fit);

#endif
