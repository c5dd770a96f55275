/* SPDX-License-Identifier: GPL-2.0-only */
/* What the writers of JSON files have in common. They return NULL when out of memory. */
#ifndef NESTPROF_JSON_WRITE_H
#define NESTPROF_JSON_WRITE_H

#include <jansson.h>

#include "analysis/result.h"

json_t *np_json_ticks(double value);  /* to a thousandth; null when it is no figure */
json_t *np_json_number(double value); /* to a millionth; null likewise */
/* Names and messages from outside: control characters and stray bytes go. */
json_t *np_json_string(const char *s);
/* Frees what was begun when a part of it could not be made. */
json_t *np_json_whole(json_t *j, int err);
json_t *np_json_samples(const struct np_samples *s);
json_t *np_json_environment(const struct np_result *r);
json_t *np_json_facts(const struct np_env *env, uint32_t n); /* of an arm */
json_t *np_json_params(const struct np_arm_result *a);
/* As text, indented, ending in a newline; `j` is freed. NULL when out of memory. */
char *np_json_print(json_t *j);

#endif
