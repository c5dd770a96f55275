/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a result was measured: facts for its .environment. */
#ifndef NESTPROF_ENVIRONMENT_H
#define NESTPROF_ENVIRONMENT_H

#include <stddef.h>

#include "analysis/result.h"

/* nestprof, kernel, CPU model, time unit. */
int environment_of_machine(struct np_result *r);

/* This host: the same, and QEMU (asked for its version when NULL). */
int environment_of_host(struct np_result *r, const char *qemu, const char *qemu_version);

/* The first CPU's name; "unknown". */
void environment_cpu_model(char *out, size_t size);

#endif
