/* SPDX-License-Identifier: GPL-2.0-only */
/* What check_fields.c puts together. */
#ifndef NESTPROF_TESTS_CHECK_FIELDS_H
#define NESTPROF_TESTS_CHECK_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/result.h"

struct np_result *check_fields_load(const char *pattern);

/* As many as the collector counted, all of them known. */
void check_fields_totals(const struct np_workload_result *w);

/* Exits of L2 that L1 handled by a sequence. */
struct told_exits {
	uint64_t cpuid, hlt;
};

/* All that must have been counted, without addresses; and whether it was. */
void check_fields_expect(struct np_fields *f, const char *sequence, const struct told_exits *e,
			 bool shadow, unsigned int lacking);
void check_fields_without_addresses(struct np_fields *to, const struct np_fields *from);
void check_fields_same(const struct np_fields *is, const struct np_fields *expected);

/* The same, one after the other in one VM, each in place of the one before. */
void check_fields_changing(const char *dir, uint32_t seed, uint32_t n);

/* Each of N sequences of the seed, both arms. */
void check_fields_micro(const char *dir, uint32_t seed, uint32_t n);

/* Every site is that access in the module that L1 had. */
void check_fields_linux(const char *result);

#endif
