// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/result_json_times.h"

#include <errno.h>

#include "analysis/json_write.h"
#include "analysis/stat_trips.h"

/* [[low, count], ...]: the buckets that are not empty. */
static json_t *hist_json(const struct np_hist *h)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < NP_HIST_BUCKETS; i++)
		if (h->n[i])
			err |= json_array_append_new(list, json_pack("[I, I]",
								     (json_int_t)np_hist_low(i),
								     (json_int_t)h->n[i]));
	return np_json_whole(list, err);
}

static json_t *phases_json(const struct np_phase_sum *p)
{
	json_t *o = json_object();
	int err = 0;

	for (uint32_t i = 0; i < NP_PHASES; i++)
		err |= json_object_set_new(o, stat_phase_columns[i].key,
					   json_integer(p->phase[i]));
	return np_json_whole(o, err);
}

static json_t *times_json(const struct np_times *t)
{
	return json_pack("{s:I, s:o, s:o, s:I}", "phased", (json_int_t)t->phases.n, "phases_ns",
			 phases_json(&t->phases), "round_trips_ns", hist_json(&t->trips),
			 "longest_ns", (json_int_t)np_hist_max(&t->trips));
}

int np_json_add_times(json_t *o, const struct np_workload_result *w)
{
	int err = 0;

	if (w->times.known)
		err |= json_object_set_new(o, "times", times_json(&w->times));
	if (w->cycles.known)
		err |= json_object_set_new(o, "cycles",
					   json_pack("{s:I, s:I}", "l0", (json_int_t)w->cycles.l0,
						     "guests", (json_int_t)w->cycles.guests));
	return err;
}

static int bucket(const struct np_json_reader *r, const json_t *pair, struct np_hist *h)
{
	const json_t *low = json_array_get(pair, 0), *count = json_array_get(pair, 1);
	json_int_t at = json_integer_value(low), n = json_integer_value(count);

	if (!json_is_integer(low) || !json_is_integer(count) || at < 0 || n < 0 ||
	    at > NP_JSON_MAX_COUNT || n > NP_JSON_MAX_COUNT)
		return np_json_bad(r, "times.round_trips_ns has what is no bucket");
	h->n[np_hist_bucket(at)] += n;
	return 0;
}

static int take_hist(const struct np_json_reader *r, const json_t *o, struct np_hist *h)
{
	const json_t *list = np_json_array(r, o, "round_trips_ns", NP_HIST_BUCKETS);
	int err = list ? np_json_count(r, o, "longest_ns", &h->max) : -EINVAL;

	for (size_t i = 0; !err && i < json_array_size(list); i++)
		err = bucket(r, json_array_get(list, i), h);
	return err;
}

static int take_phases(const struct np_json_reader *r, const json_t *o, struct np_phase_sum *p)
{
	const json_t *in = np_json_object(r, o, "phases_ns");
	uint64_t n = 0;
	int err = in ? np_json_count(r, o, "phased", &n) : -EINVAL;

	p->n = n;
	for (uint32_t i = 0; !err && i < NP_PHASES; i++) {
		err = np_json_count(r, in, stat_phase_columns[i].key, &n);
		p->phase[i] = n;
		p->ns += n;
	}
	return err;
}

static int take_cycles(const struct np_json_reader *r, const json_t *o, struct np_cycles *c)
{
	const json_t *in;
	int err;

	if (!json_object_get(o, "cycles"))
		return 0;
	in = np_json_object(r, o, "cycles");
	err = in ? np_json_count(r, in, "l0", &c->l0) : -EINVAL;
	if (!err)
		err = np_json_count(r, in, "guests", &c->guests);
	c->known = !err;
	return err;
}

int np_json_take_times(const struct np_json_reader *r, const json_t *o,
		       struct np_workload_result *w)
{
	const json_t *in;
	int err = take_cycles(r, o, &w->cycles);

	if (err || !json_object_get(o, "times"))
		return err;
	in = np_json_object(r, o, "times");
	err = in ? take_phases(r, in, &w->times.phases) : -EINVAL;
	if (!err)
		err = take_hist(r, in, &w->times.trips);
	w->times.known = !err;
	return err;
}
