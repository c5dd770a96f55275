/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses to VMCS fields in JSON: docs/fields.md has the keys. */
#ifndef NESTPROF_FIELDS_JSON_H
#define NESTPROF_FIELDS_JSON_H

#include <jansson.h>

#include "analysis/fields.h"

/* A list of objects; the account is of the same window. NULL when out of memory. */
json_t *np_fields_to_json(const struct np_fields *f, const struct np_account *a);

/* One of them. NULL, or which key is missing or wrong. The symbol is the JSON's own. */
const char *np_access_from_json(const json_t *o, struct np_access *a);

#endif
