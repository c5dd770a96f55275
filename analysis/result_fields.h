/* SPDX-License-Identifier: GPL-2.0-only */
/* A result's accesses to VMCS fields, for people. */
#ifndef NESTPROF_RESULT_FIELDS_H
#define NESTPROF_RESULT_FIELDS_H

#include <stdio.h>

#include "analysis/result.h"

/* Each arm's and workload's; nothing where none were told. */
int np_result_print_fields(const struct np_result *r, FILE *out);

/* "pml,preemption_timer": the CPU's features that are lacking, in .environment and back. */
#define NP_ENV_LACKING "vmx_lacks"
int np_result_set_lacking(struct np_result *r, unsigned int lacking);
unsigned int np_result_lacking(const struct np_result *r);

#endif
