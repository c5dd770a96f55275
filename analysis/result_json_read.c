// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reader of result.json. It takes what was measured and leaves what is
 * computed from it (means, per_l2_exit, comparison) to be computed again.
 * Nothing in the text is believed before it is within the model's limits.
 */
#include "analysis/result_json.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/result_json_reader.h"
#include "analysis/result_json_times.h"

int np_json_bad(const struct np_json_reader *r, const char *fmt, ...)
{
	int at = snprintf(r->why, r->why_size, "%s", r->at);
	va_list ap;

	if (at >= 0 && (size_t)at < r->why_size) {
		va_start(ap, fmt);
		vsnprintf(r->why + at, r->why_size - at, fmt, ap);
		va_end(ap);
	}
	return -EINVAL;
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if (iscntrl((unsigned char)*s))
			return true;
	return false;
}

int np_json_text(const struct np_json_reader *r, const json_t *o, const char *key, char *out,
		 size_t size)
{
	const char *s = json_string_value(json_object_get(o, key));

	if (!s)
		return np_json_bad(r, "%s is missing or no text", key);
	if (strlen(s) >= size)
		return np_json_bad(r, "%s is longer than %zu characters", key, size - 1);
	if (has_control(s))
		return np_json_bad(r, "%s has a control character", key);
	strcpy(out, s);
	return 0;
}

/* Names that the file brings along itself. */
static int check_key(const struct np_json_reader *r, const char *of, const char *key)
{
	if (!key[0] || strlen(key) >= NP_NAME || has_control(key))
		return np_json_bad(r, "%s has a name that is empty, too long or no text", of);
	return 0;
}

int np_json_text_or_null(const struct np_json_reader *r, const json_t *o, const char *key,
			 char *out, size_t size)
{
	if (json_is_null(json_object_get(o, key)))
		return 0;
	return np_json_text(r, o, key, out, size);
}

static int name(const struct np_json_reader *r, const json_t *o, char out[NP_NAME])
{
	int err = np_json_text(r, o, "name", out, NP_NAME);

	return !err && !out[0] ? np_json_bad(r, "name is empty") : err;
}

int np_json_flag(const struct np_json_reader *r, const json_t *o, const char *key, bool *out)
{
	const json_t *j = json_object_get(o, key);

	if (!json_is_boolean(j))
		return np_json_bad(r, "%s is missing or neither true nor false", key);
	*out = json_is_true(j);
	return 0;
}

int np_json_count(const struct np_json_reader *r, const json_t *o, const char *key, uint64_t *out)
{
	const json_t *j = json_object_get(o, key);
	json_int_t v = json_integer_value(j);

	if (!json_is_integer(j) || v < 0 || v > NP_JSON_MAX_COUNT)
		return np_json_bad(r, "%s is missing or no count", key);
	*out = v;
	return 0;
}

const json_t *np_json_object(const struct np_json_reader *r, const json_t *o, const char *key)
{
	const json_t *j = json_object_get(o, key);

	if (json_is_object(j))
		return j;
	np_json_bad(r, "%s is missing or no object", key);
	return NULL;
}

const json_t *np_json_array(const struct np_json_reader *r, const json_t *o, const char *key,
			    size_t max)
{
	const json_t *j = json_object_get(o, key);

	if (json_is_array(j) && json_array_size(j) <= max)
		return j;
	np_json_bad(r, json_is_array(j) ? "%s has more than %zu members"
					: "%s is missing or no array", key, max);
	return NULL;
}

int np_json_take_samples(const struct np_json_reader *r, const json_t *o, const char *key,
			 struct np_samples *out)
{
	const json_t *in = np_json_object(r, o, key);
	const json_t *list = in ? np_json_array(r, in, "samples", NP_MAX_SAMPLES) : NULL;

	if (!list)
		return -EINVAL;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *j = json_array_get(list, i);
		double v = json_number_value(j);

		if (!json_is_number(j) || !(v >= 0 && v <= NP_JSON_MAX_TICKS))
			return np_json_bad(r, "%s.samples[%zu] is no time", key, i);
		out->ticks[out->n++] = v;
	}
	return 0;
}

static int witnesses(const struct np_json_reader *r, const json_t *o,
		     struct np_workload_result *w)
{
	const json_t *list = np_json_array(r, o, "witnesses", NP_MAX_WITNESSES);
	int err = list ? 0 : -EINVAL;

	for (size_t i = 0; !err && i < json_array_size(list); i++) {
		const json_t *in = json_array_get(list, i);
		struct np_witness *x = &w->witnesses[w->nr_witnesses++];

		err = np_json_text(r, in, "source", x->source, sizeof(x->source));
		if (!err)
			err = np_json_text(r, in, "what", x->what, sizeof(x->what));
		if (!err)
			err = np_json_count(r, in, "theirs", &x->theirs);
		if (!err)
			err = np_json_count(r, in, "ours", &x->ours);
	}
	return err;
}

/* Only there when some were asked for. */
static int tracers(const struct np_json_reader *r, const json_t *o, struct np_workload_result *w)
{
	const json_t *in, *value;
	const char *key;
	int err = 0;

	if (!json_object_get(o, "tracers"))
		return 0;
	in = np_json_object(r, o, "tracers");
	if (!in)
		return -EINVAL;
	if (json_object_size(in) > NP_MAX_TRACERS)
		return np_json_bad(r, "tracers has more than %d members", NP_MAX_TRACERS);
	json_object_foreach((json_t *)in, key, value) {
		struct np_tracer_result *t = &w->tracers[w->nr_tracers++];

		err = check_key(r, "tracers", key);
		if (!err)
			err = np_json_take_samples(r, in, key, &t->round_trip);
		if (!err && json_object_get(value, "untraced")) /* older results have none */
			err = np_json_take_samples(r, value, "untraced", &t->untraced);
		if (err)
			break;
		strcpy(t->name, key);
	}
	return err;
}

static int workload(const struct np_json_reader *r, const json_t *o, struct np_arm_result *arm)
{
	struct np_workload_result *w;
	char called[NP_NAME];
	int err = name(r, o, called);

	if (err)
		return err;
	if (np_arm_workload(arm, called))
		return np_json_bad(r, "name is that of another workload");
	w = np_arm_add_workload(arm, called);
	if (!w)
		return -ENOMEM;
	err = np_json_text(r, o, "stresses", w->stresses, sizeof(w->stresses));
	if (!err)
		err = np_json_count(r, o, "iterations", &w->iterations);
	if (!err)
		err = np_json_take_samples(r, o, "round_trip", &w->untraced);
	if (!err)
		err = np_json_take_samples(r, o, "round_trip_traced", &w->traced);
	if (!err)
		err = np_json_account(r, o, w);
	if (!err)
		err = witnesses(r, o, w);
	if (!err)
		err = tracers(r, o, w);
	if (!err)
		err = np_json_fields(r, o, w);
	if (!err)
		err = np_json_take_times(r, o, w);
	return err ? err : np_json_text_or_null(r, o, "error", w->error, sizeof(w->error));
}

int np_json_take_params(const struct np_json_reader *r, const json_t *o,
			struct np_arm_result *arm)
{
	const json_t *in = np_json_object(r, o, "params"), *value;
	const char *key;
	int err = in ? 0 : -EINVAL;

	if (!err && json_object_size(in) > NP_MAX_PARAMS)
		return np_json_bad(r, "params has more than %d members", NP_MAX_PARAMS);
	json_object_foreach((json_t *)in, key, value) {
		struct np_param *p = &arm->params[arm->nr_params++];

		err = check_key(r, "params", key);
		if (err)
			break;
		strcpy(p->name, key);
		err = np_json_text(r, in, key, p->value, sizeof(p->value));
		if (err)
			break;
	}
	return err;
}

/* Only there when it differs from other arms in something. */
static int arm_environment(const struct np_json_reader *r, const json_t *o,
			   struct np_arm_result *arm)
{
	const json_t *in, *value;
	const char *key;
	int err = 0;

	if (!json_object_get(o, "environment"))
		return 0;
	in = np_json_object(r, o, "environment");
	if (!in)
		return -EINVAL;
	if (json_object_size(in) > NP_MAX_ARM_ENV)
		return np_json_bad(r, "environment has more than %d members", NP_MAX_ARM_ENV);
	json_object_foreach((json_t *)in, key, value) {
		struct np_env *e = &arm->env[arm->nr_env++];

		err = check_key(r, "environment", key);
		if (err)
			break;
		strcpy(e->key, key);
		err = np_json_text(r, in, key, e->value, sizeof(e->value));
		if (err)
			break;
	}
	return err;
}

static int arm(struct np_json_reader *r, const json_t *o, size_t index, struct np_result *out)
{
	const json_t *list = np_json_array(r, o, "workloads", NP_MAX_WORKLOADS);
	struct np_arm_result *a;
	char called[NP_NAME];
	int err = list ? name(r, o, called) : -EINVAL;

	if (err)
		return err;
	if (np_result_arm(out, called))
		return np_json_bad(r, "name is that of another arm");
	a = np_result_add_arm(out, called);
	if (!a)
		return -ENOMEM;
	err = np_json_flag(r, o, "nested", &a->nested);
	if (!err)
		err = np_json_take_params(r, o, a);
	if (!err)
		err = arm_environment(r, o, a);
	for (size_t i = 0; !err && i < json_array_size(list); i++) {
		snprintf(r->at, sizeof(r->at), "arms[%zu].workloads[%zu].", index, i);
		err = workload(r, json_array_get(list, i), a);
	}
	return err;
}

int np_json_take_environment(const struct np_json_reader *r, const json_t *o,
			     struct np_result *out)
{
	const json_t *in = np_json_object(r, o, "environment"), *value;
	char line[sizeof(out->env->value)];
	const char *key;
	int err = in ? np_json_flag(r, in, "emulated", &out->emulated) : -EINVAL;

	if (!err && json_object_size(in) > NP_MAX_ENV + 1)
		return np_json_bad(r, "environment has more than %d members", NP_MAX_ENV + 1);
	json_object_foreach((json_t *)in, key, value) {
		if (err)
			break;
		if (!strcmp(key, "emulated"))
			continue;
		err = check_key(r, "environment", key);
		if (!err)
			err = np_json_text(r, in, key, line, sizeof(line));
		if (!err)
			err = np_result_set_env(out, key, "%s", line);
	}
	return err;
}

static int schema(const struct np_json_reader *r, const json_t *root)
{
	const char *s = json_string_value(json_object_get(root, "schema"));

	if (!s)
		return np_json_bad(r, "schema is missing: no result of nestprof");
	if (!strcmp(s, NP_RESULT_SCHEMA))
		return 0;
	np_json_bad(r, "schema is \"%.40s\", not " NP_RESULT_SCHEMA ": another nestprof wrote it",
		    has_control(s) ? "?" : s);
	return -EPROTO;
}

static int result(struct np_json_reader *r, const json_t *root, struct np_result *out)
{
	int err = schema(r, root);
	const json_t *arms;

	if (!err)
		err = np_json_text_or_null(r, root, "time_unit", out->time_unit,
					   sizeof(out->time_unit));
	if (!err)
		err = np_json_take_environment(r, root, out);
	if (err)
		return err;
	arms = np_json_array(r, root, "arms", NP_MAX_ARMS);
	if (!arms)
		return -EINVAL;
	for (size_t i = 0; !err && i < json_array_size(arms); i++) {
		snprintf(r->at, sizeof(r->at), "arms[%zu].", i);
		err = arm(r, json_array_get(arms, i), i, out);
	}
	return err;
}

/* Jansson's message quotes the text. */
int np_json_not(const struct np_json_reader *r, const json_error_t *e)
{
	np_json_bad(r, "line %d, column %d: %s", e->line, e->column, e->text);
	for (char *c = r->why; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	return -EINVAL;
}

int np_result_from_json(const char *text, struct np_result **out, char *why, size_t why_size)
{
	struct np_json_reader r = { .why = why, .why_size = why_size };
	struct np_result *model = np_result_new();
	json_error_t e;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &e);
	int err = model ? 0 : -ENOMEM;

	if (why_size)
		why[0] = '\0';
	if (!err)
		err = root ? result(&r, root, model) : np_json_not(&r, &e);
	json_decref(root);
	if (err) {
		np_result_free(model);
		if (err == -ENOMEM)
			snprintf(why, why_size, "out of memory");
		return err;
	}
	*out = model;
	return 0;
}
