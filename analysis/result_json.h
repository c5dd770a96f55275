/* SPDX-License-Identifier: GPL-2.0-only */
/* result.json: see docs/result-schema.md. */
#ifndef NESTPROF_RESULT_JSON_H
#define NESTPROF_RESULT_JSON_H

#include <stddef.h>

#include <jansson.h>

#include "analysis/result.h"

/* For who adds keys of their own; NULL when out of memory. */
json_t *np_result_json(const struct np_result *r);

/* malloc'ed text, indented, ending in a newline; NULL when out of memory. */
char *np_result_to_json(const struct np_result *r);

/*
 * Reads what np_result_to_json() wrote. `why` gets one line on failure.
 * -EPROTO: another schema; -EINVAL: no JSON, or a key missing or out of range.
 */
int np_result_from_json(const char *text, struct np_result **out, char *why, size_t why_size);

#endif
