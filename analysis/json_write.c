// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/json_write.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * 15 significant digits name a double that was rounded to a few decimals
 * without any rest: shorter than the 17 that any double would need.
 */
#define FORMAT (JSON_INDENT(2) | JSON_REAL_PRECISION(15))

json_t *np_json_ticks(double value)
{
	return isfinite(value) ? json_real(np_round_ticks(value)) : json_null();
}

json_t *np_json_number(double value)
{
	return isfinite(value) ? json_real(round(value * 1e6) / 1e6 + 0.0) : json_null();
}

json_t *np_json_string(const char *s)
{
	char clean[256];
	json_t *j;

	snprintf(clean, sizeof(clean), "%s", s);
	for (char *c = clean; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	j = json_string(clean);
	if (j)
		return j;
	for (char *c = clean; *c; c++)
		if (!isascii((unsigned char)*c))
			*c = '?';
	return json_string(clean);
}

json_t *np_json_whole(json_t *j, int err)
{
	if (!err)
		return j;
	json_decref(j);
	return NULL;
}

json_t *np_json_samples(const struct np_samples *s)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < s->n; i++)
		err |= json_array_append_new(list, np_json_ticks(s->ticks[i]));
	return json_pack("{s:o, s:o, s:o, s:o}", "mean", np_json_ticks(np_samples_mean(s)),
			 "min", np_json_ticks(np_samples_min(s)),
			 "max", np_json_ticks(np_samples_max(s)),
			 "samples", np_json_whole(list, err));
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct np_env *)a)->key, ((const struct np_env *)b)->key);
}

/* By key: the order in which facts were gathered depends on who merged what. */
static int set_facts(json_t *o, const struct np_env *env, uint32_t n)
{
	struct np_env sorted[NP_MAX_ENV];
	int err = 0;

	memcpy(sorted, env, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_key);
	for (uint32_t i = 0; i < n; i++)
		err |= json_object_set_new(o, sorted[i].key, np_json_string(sorted[i].value));
	return err;
}

json_t *np_json_facts(const struct np_env *env, uint32_t n)
{
	json_t *o = json_object();

	return np_json_whole(o, set_facts(o, env, n));
}

json_t *np_json_environment(const struct np_result *r)
{
	json_t *o = json_object();
	int err = json_object_set_new(o, "emulated", json_boolean(r->emulated));

	return np_json_whole(o, err | set_facts(o, r->env, r->nr_env));
}

json_t *np_json_params(const struct np_arm_result *a)
{
	json_t *o = json_object();
	int err = 0;

	for (uint32_t i = 0; i < a->nr_params; i++)
		err |= json_object_set_new(o, a->params[i].name,
					   np_json_string(a->params[i].value));
	return np_json_whole(o, err);
}

char *np_json_print(json_t *j)
{
	char *body = j ? json_dumps(j, FORMAT) : NULL;
	char *out = NULL;

	json_decref(j);
	if (body && asprintf(&out, "%s\n", body) < 0)
		out = NULL;
	free(body);
	return out;
}
