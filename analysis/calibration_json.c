// SPDX-License-Identifier: GPL-2.0-only
/* calibration.json, written and read: docs/calibrate.md. */
#include "analysis/calibration.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/json_write.h"
#include "analysis/result_json_reader.h"

#define MAX_TIMES 65535

static json_t *estimate_json(struct np_estimate e)
{
	return json_pack("{s:o, s:o}", "ticks", np_json_ticks(e.value), "error",
			 np_json_ticks(e.error));
}

static json_t *costs_json(const struct np_calibration *c)
{
	json_t *o = json_object();
	int err = 0;

	for (int i = 0; i < NP_NR_COSTS; i++)
		if (np_cost_sources[i].key)
			err |= json_object_set_new(o, np_cost_sources[i].key,
						   estimate_json(c->cost[i]));
	return np_json_whole(o, err);
}

static json_t *arms_json(const struct np_result *r)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < r->nr_arms; i++)
		err |= json_array_append_new(
			list, json_pack("{s:o, s:o}", "name", np_json_string(r->arms[i]->name),
					"params", np_json_params(r->arms[i])));
	return np_json_whole(list, err);
}

static json_t *sweep_json(const struct np_sweep *s)
{
	json_t *points = json_array();
	int err = 0;

	for (uint32_t i = 0; i < s->nr_points; i++)
		err |= json_array_append_new(
			points, json_pack("{s:i, s:o}", "times", (int)s->point[i].times,
					  "round_trip", np_json_samples(&s->point[i].samples)));
	return json_pack("{s:o, s:o, s:o}", "arm", np_json_string(s->arm), "access",
			 np_json_string(s->access), "points", np_json_whole(points, err));
}

static json_t *sweeps_json(const struct np_calibration *c)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < c->nr_sweeps; i++)
		err |= json_array_append_new(list, sweep_json(&c->sweep[i]));
	return np_json_whole(list, err);
}

char *np_calibration_to_json(const struct np_calibration *c)
{
	return np_json_print(json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
				       NP_CALIBRATION_SCHEMA, "date", np_json_string(c->date),
				       "environment", np_json_environment(c->where),
				       "time_unit", np_json_string(c->where->time_unit),
				       "costs", costs_json(c),
				       "arms", arms_json(c->where), "sweeps", sweeps_json(c)));
}

static int take_point(const struct np_json_reader *r, const json_t *o, struct np_sweep *s)
{
	struct np_point *p = &s->point[s->nr_points++];
	uint64_t times;
	int err = np_json_count(r, o, "times", &times);

	if (!err && times > MAX_TIMES)
		err = np_json_bad(r, "times is more than %d", MAX_TIMES);
	p->times = err ? 0 : times;
	return err ? err : np_json_take_samples(r, o, "round_trip", &p->samples);
}

static int take_sweep(struct np_json_reader *r, const json_t *o, size_t index,
		      struct np_calibration *c)
{
	const json_t *points = np_json_array(r, o, "points", NP_MAX_POINTS);
	char arm[NP_NAME], access[NP_NAME];
	struct np_sweep *s;
	int err = points ? np_json_text(r, o, "arm", arm, sizeof(arm)) : -EINVAL;

	if (!err)
		err = np_json_text(r, o, "access", access, sizeof(access));
	if (!err && np_calibration_sweep(c, arm, access))
		err = np_json_bad(r, "arm and access are those of another sweep");
	s = err ? NULL : np_calibration_add(c, arm, access);
	for (size_t i = 0; s && !err && i < json_array_size(points); i++) {
		snprintf(r->at, sizeof(r->at), "sweeps[%zu].points[%zu].", index, i);
		err = take_point(r, json_array_get(points, i), s);
	}
	return err;
}

static int take_arm(const struct np_json_reader *r, const json_t *o, struct np_calibration *c)
{
	char name[NP_NAME];
	struct np_arm_result *a;
	int err = np_json_text(r, o, "name", name, sizeof(name));

	if (!err && np_result_arm(c->where, name))
		err = np_json_bad(r, "name is that of another arm");
	if (err)
		return err;
	a = np_result_add_arm(c->where, name);
	if (!a)
		return -ENOMEM;
	a->nested = true;
	return np_json_take_params(r, o, a);
}

static int take_lists(struct np_json_reader *r, const json_t *root, struct np_calibration *c)
{
	const json_t *arms = np_json_array(r, root, "arms", NP_MAX_ARMS);
	const json_t *sweeps = arms ? np_json_array(r, root, "sweeps", NP_MAX_SWEEPS) : NULL;
	int err = sweeps ? 0 : -EINVAL;

	for (size_t i = 0; !err && i < json_array_size(arms); i++) {
		snprintf(r->at, sizeof(r->at), "arms[%zu].", i);
		err = take_arm(r, json_array_get(arms, i), c);
	}
	for (size_t i = 0; !err && i < json_array_size(sweeps); i++) {
		snprintf(r->at, sizeof(r->at), "sweeps[%zu].", i);
		err = take_sweep(r, json_array_get(sweeps, i), i, c);
	}
	r->at[0] = '\0';
	return err;
}

static int check_schema(const struct np_json_reader *r, const json_t *root)
{
	const char *s = json_string_value(json_object_get(root, "schema"));

	if (!s)
		return np_json_bad(r, "schema is missing: no calibration of nestprof");
	if (!strcmp(s, NP_CALIBRATION_SCHEMA))
		return 0;
	np_json_bad(r, "schema is not " NP_CALIBRATION_SCHEMA);
	return -EPROTO;
}

static int take(struct np_json_reader *r, const json_t *root, struct np_calibration *c)
{
	const char *missing;
	int err = check_schema(r, root);

	if (!err)
		err = np_json_text(r, root, "date", c->date, sizeof(c->date));
	if (!err)
		err = np_json_text(r, root, "time_unit", c->where->time_unit,
				   sizeof(c->where->time_unit));
	if (!err)
		err = np_json_take_environment(r, root, c->where);
	if (!err)
		err = take_lists(r, root, c);
	if (!err && np_calibration_solve(c, &missing))
		err = np_json_bad(r, "%s", missing);
	return err;
}

int np_calibration_from_json(const char *text, struct np_calibration **out, char *why, size_t size)
{
	struct np_json_reader r = { .why = why, .why_size = size };
	struct np_calibration *c = np_calibration_new();
	json_error_t e;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &e);
	int err = c ? 0 : -ENOMEM;

	why[0] = '\0';
	if (!err)
		err = root ? take(&r, root, c) : np_json_not(&r, &e);
	json_decref(root);
	if (err == -ENOMEM)
		snprintf(why, size, "out of memory");
	if (err) {
		np_calibration_free(c);
		return err;
	}
	*out = c;
	return 0;
}
