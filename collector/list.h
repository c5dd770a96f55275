/* SPDX-License-Identifier: GPL-2.0-only */
/* A comma-separated list on the command line. */
#ifndef NESTPROF_LIST_H
#define NESTPROF_LIST_H

#include <stdint.h>

/*
 * Cuts `text` (which it changes) into words. Returns how many; -EINVAL for an
 * empty or repeated word, -E2BIG for more than `max`.
 */
int list_split(char *text, const char *words[], uint32_t max);

/* A whole number from min to max, and nothing after it; else -EINVAL. */
int number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *out);

#endif
