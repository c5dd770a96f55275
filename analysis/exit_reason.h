/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of exit reasons, as KVM's tracepoints print them. */
#ifndef NESTPROF_EXIT_REASON_H
#define NESTPROF_EXIT_REASON_H

#include <stdint.h>

/* "VMREAD"; "REASON_93" for one without a name; "OTHER" for the last index. */
const char *np_exit_reason_name(uint32_t isa, uint32_t reason);

/* The index of a name, or -1. */
int np_exit_reason_find(uint32_t isa, const char *name);

#endif
