// SPDX-License-Identifier: GPL-2.0-only
/* The writer of result.json; result_json_read.c reads it. */
#include "analysis/result_json.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "analysis/exit_reason.h"
#include "analysis/fields_json.h"

/*
 * 15 significant digits name a double that was rounded to a few decimals
 * without any rest: shorter than the 17 that any double would need.
 */
#define FORMAT (JSON_INDENT(2) | JSON_REAL_PRECISION(15))

/* Which reasons per_l2_exit lists, by instruction set: 0 where one never came. */
struct listed {
	bool reason[NP_ISA_SVM + 1][NP_REASONS];
};

static uint32_t known_isa(uint32_t isa)
{
	return isa <= NP_ISA_SVM ? isa : 0;
}

static json_t *ticks(double value)
{
	return isfinite(value) ? json_real(np_round_ticks(value)) : json_null();
}

static json_t *number(double value)
{
	return isfinite(value) ? json_real(round(value * 1e6) / 1e6 + 0.0) : json_null();
}

/* Names and messages from outside: control characters and stray bytes go. */
static json_t *text(const char *s)
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

static json_t *text_or_null(const char *s)
{
	return s[0] ? text(s) : json_null();
}

static json_t *isa_name(uint32_t isa)
{
	return isa == NP_ISA_VMX ? json_string("vmx")
	     : isa == NP_ISA_SVM ? json_string("svm") : json_null();
}

/* Frees what was begun when a part of it could not be made. */
static json_t *whole(json_t *j, int err)
{
	if (!err)
		return j;
	json_decref(j);
	return NULL;
}

static json_t *samples_json(const struct np_samples *s)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < s->n; i++)
		err |= json_array_append_new(list, ticks(s->ticks[i]));
	return json_pack("{s:o, s:o, s:o, s:o}", "mean", ticks(np_samples_mean(s)),
			 "min", ticks(np_samples_min(s)), "max", ticks(np_samples_max(s)),
			 "samples", whole(list, err));
}

/* {"VMREAD": 7050, ...}: those that came. */
static json_t *counts_json(uint32_t isa, const uint64_t counts[NP_REASONS])
{
	json_t *o = json_object();
	int err = 0;

	for (uint32_t i = 0; i < NP_REASONS; i++)
		if (counts[i])
			err |= json_object_set_new(o, np_exit_reason_name(isa, i),
						   json_integer(counts[i]));
	return whole(o, err);
}

static json_t *per_l2_exit_json(const struct np_account *a, const struct listed *listed)
{
	struct np_l2_totals t;
	json_t *o = json_object();
	int err = 0;

	np_account_l2_totals(a, &t);
	for (uint32_t i = 0; t.exits && i < NP_REASONS; i++)
		if (listed->reason[known_isa(a->isa)][i])
			err |= json_object_set_new(o, np_exit_reason_name(a->isa, i),
						   number(np_per_l2_exit(t.caused[i], t.exits)));
	err |= json_object_set_new(o, "total", number(np_per_l2_exit(t.caused_total, t.exits)));
	return whole(o, err);
}

static bool row_is_empty(const struct np_row *row)
{
	static const struct np_row empty;

	return !memcmp(row, &empty, sizeof(empty));
}

static json_t *row_json(uint32_t isa, uint32_t reason, const struct np_row *row)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:o}",
			 "reason", np_exit_reason_name(isa, reason),
			 "count", (json_int_t)row->exits, "to_l1", (json_int_t)row->to_l1,
			 "l0_only", (json_int_t)row->l0_only,
			 "synthetic", (json_int_t)row->synthetic,
			 "resumed", (json_int_t)row->resumed,
			 "caused", counts_json(isa, (const uint64_t *)row->caused));
}

static json_t *rows_json(const struct np_account *a)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < NP_REASONS; i++)
		if (!row_is_empty(&a->l2[i]))
			err |= json_array_append_new(list, row_json(a->isa, i, &a->l2[i]));
	return whole(list, err);
}

static json_t *l2_exits_json(const struct np_account *a)
{
	struct np_l2_totals t;

	np_account_l2_totals(a, &t);
	return json_pack("{s:I, s:I, s:I, s:I}", "total", (json_int_t)t.exits,
			 "to_l1", (json_int_t)t.to_l1, "l0_only", (json_int_t)t.l0_only,
			 "synthetic", (json_int_t)t.synthetic);
}

static json_t *events_json(const struct np_totals *t)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "exits", (json_int_t)t->exits,
			 "nested_vmexits", (json_int_t)t->nested_vmexits,
			 "nested_injects", (json_int_t)t->nested_injects,
			 "nested_vmenters", (json_int_t)t->nested_vmenters);
}

static json_t *account_json(const struct np_workload_result *w, const struct listed *listed)
{
	const struct np_account *a = &w->account;

	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:I}",
			 "traced_iterations", (json_int_t)w->traced_iterations,
			 "isa", isa_name(a->isa), "l2_exits", l2_exits_json(a),
			 "per_l2_exit", per_l2_exit_json(a, listed),
			 "l2_exit_reasons", rows_json(a),
			 "l1_exits_outside", counts_json(a->isa, a->outside),
			 "unfinished", counts_json(a->isa, a->unfinished),
			 "entries", (json_int_t)a->entries,
			 "failed_entries", (json_int_t)a->failed_entries,
			 "desyncs", (json_int_t)a->desyncs, "events", events_json(&a->totals),
			 "lost", (json_int_t)w->lost);
}

static json_t *no_account_json(void)
{
	static const char *const keys[] = { "traced_iterations", "isa", "l2_exits", "per_l2_exit",
					    "l2_exit_reasons", "l1_exits_outside", "unfinished",
					    "entries", "failed_entries", "desyncs", "events",
					    "lost" };
	json_t *o = json_object();
	int err = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		err |= json_object_set_new(o, keys[i], json_null());
	return whole(o, err);
}

static json_t *witnesses_json(const struct np_workload_result *w)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < w->nr_witnesses; i++) {
		const struct np_witness *x = &w->witnesses[i];

		err |= json_array_append_new(
			list, json_pack("{s:o, s:o, s:I, s:I, s:b}", "source", text(x->source),
					"what", text(x->what), "theirs", (json_int_t)x->theirs,
					"ours", (json_int_t)x->ours,
					"equal", x->theirs == x->ours));
	}
	return whole(list, err);
}

static json_t *tracers_json(const struct np_workload_result *w)
{
	json_t *o = json_object();
	int err = 0;

	for (uint32_t i = 0; i < w->nr_tracers; i++)
		err |= json_object_set_new(o, w->tracers[i].name,
					   samples_json(&w->tracers[i].round_trip));
	return whole(o, err);
}

static json_t *workload_json(const struct np_workload_result *w, const struct listed *listed)
{
	uint32_t repetitions = w->untraced.n > w->traced.n ? w->untraced.n : w->traced.n;
	json_t *account = w->has_account ? account_json(w, listed) : no_account_json();
	json_t *o = json_pack("{s:o, s:o, s:I, s:i, s:o, s:o, s:o}", "name", text(w->name),
			      "stresses", text(w->stresses),
			      "iterations", (json_int_t)w->iterations, "repetitions", repetitions,
			      "round_trip", samples_json(&w->untraced),
			      "round_trip_traced", samples_json(&w->traced),
			      "observer_effect", number(np_observer_effect(w)));
	int err = json_object_update(o, account);

	json_decref(account);
	err |= json_object_set_new(o, "witnesses", witnesses_json(w));
	if (w->nr_tracers)
		err |= json_object_set_new(o, "tracers", tracers_json(w));
	if (w->has_fields)
		err |= json_object_set_new(o, "fields", np_fields_to_json(&w->fields, &w->account));
	err |= json_object_set_new(o, "error", text_or_null(w->error));
	return whole(o, err);
}

static json_t *arm_json(const struct np_arm_result *a, const struct listed *listed)
{
	json_t *params = json_object(), *workloads = json_array();
	int err = 0;

	for (uint32_t i = 0; i < a->nr_params; i++)
		err |= json_object_set_new(params, a->params[i].name, text(a->params[i].value));
	for (uint32_t i = 0; i < a->nr_workloads; i++)
		err |= json_array_append_new(workloads, workload_json(a->workloads[i], listed));
	return json_pack("{s:o, s:b, s:o, s:o}", "name", text(a->name), "nested", a->nested,
			 "params", whole(params, err), "workloads", whole(workloads, err));
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct np_env *)a)->key, ((const struct np_env *)b)->key);
}

/* By key: the order in which facts were gathered depends on who merged what. */
static json_t *environment_json(const struct np_result *r)
{
	json_t *o = json_object();
	struct np_env sorted[NP_MAX_ENV];
	int err = json_object_set_new(o, "emulated", json_boolean(r->emulated));

	memcpy(sorted, r->env, r->nr_env * sizeof(*sorted));
	qsort(sorted, r->nr_env, sizeof(*sorted), by_key);
	for (uint32_t i = 0; i < r->nr_env; i++)
		err |= json_object_set_new(o, sorted[i].key, text(sorted[i].value));
	return whole(o, err);
}

static json_t *comparison_json(const struct np_result *r)
{
	struct np_comparison all[NP_MAX_WORKLOADS];
	uint32_t n = np_result_compare(r, all);
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct np_comparison *c = &all[i];

		err |= json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
				  "workload", text(c->workload), "single", ticks(c->single),
				  "off", ticks(c->off), "on", ticks(c->on),
				  "overhead_off", number(c->overhead_off),
				  "overhead_on", number(c->overhead_on),
				  "overhead_reduction_percent",
				  number(c->overhead_reduction_percent),
				  "time_saved_percent", number(c->time_saved_percent)));
	}
	return whole(list, err);
}

static void list_caused(const struct np_account *a, bool listed[NP_REASONS])
{
	struct np_l2_totals t;

	np_account_l2_totals(a, &t);
	for (uint32_t i = 0; i < NP_REASONS; i++)
		listed[i] |= t.caused[i] != 0;
}

/* What any arm or workload caused, and what shadow VMCS is about. */
static void list_reasons(const struct np_result *r, struct listed *listed)
{
	static const char *const always[] = { "VMREAD", "VMWRITE", "VMRESUME" };

	memset(listed, 0, sizeof(*listed));
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++) {
		int reason = np_exit_reason_find(NP_ISA_VMX, always[i]);

		if (reason >= 0)
			listed->reason[NP_ISA_VMX][reason] = true;
	}
	for (uint32_t a = 0; a < r->nr_arms; a++)
		for (uint32_t i = 0; i < r->arms[a]->nr_workloads; i++) {
			const struct np_workload_result *w = r->arms[a]->workloads[i];

			if (w->has_account)
				list_caused(&w->account,
					    listed->reason[known_isa(w->account.isa)]);
		}
}

static json_t *result_json(const struct np_result *r)
{
	struct listed listed;
	json_t *arms = json_array();
	int err = 0;

	list_reasons(r, &listed);
	for (uint32_t i = 0; i < r->nr_arms; i++)
		err |= json_array_append_new(arms, arm_json(r->arms[i], &listed));
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "schema", NP_RESULT_SCHEMA,
			 "environment", environment_json(r),
			 "time_unit", text_or_null(r->time_unit),
			 "comparison", comparison_json(r), "arms", whole(arms, err));
}

char *np_result_to_json(const struct np_result *r)
{
	json_t *j = result_json(r);
	char *body = j ? json_dumps(j, FORMAT) : NULL;
	char *out = NULL;

	json_decref(j);
	if (body && asprintf(&out, "%s\n", body) < 0)
		out = NULL;
	free(body);
	return out;
}
