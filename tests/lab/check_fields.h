/* SPDX-License-Identifier: GPL-2.0-only */
/* What check_fields.c puts together. */
#ifndef NESTPROF_TESTS_CHECK_FIELDS_H
#define NESTPROF_TESTS_CHECK_FIELDS_H

#include <stdint.h>

#include "analysis/result.h"

struct np_result *check_fields_load(const char *pattern);

/* As many as the collector counted, all of them known. */
void check_fields_totals(const struct np_workload_result *w);

/* Each of N sequences of the seed, both arms. */
void check_fields_micro(const char *dir, uint32_t seed, uint32_t n);

/* Every site is that access in the module that L1 had. */
void check_fields_linux(const char *result);

#endif
