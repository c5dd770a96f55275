// SPDX-License-Identifier: GPL-2.0-only
/* The writer of result.json; result_json_read.c reads it. */
#include "analysis/result_json.h"

#include <math.h>
#include <string.h>

#include <jansson.h>

#include "analysis/exit_reason.h"
#include "analysis/fields_json.h"
#include "analysis/json_write.h"
#include "analysis/result_json_times.h"

/* Which reasons per_l2_exit lists, by instruction set: 0 where one never came. */
struct listed {
	bool reason[NP_ISA_SVM + 1][NP_REASONS];
};

static uint32_t known_isa(uint32_t isa)
{
	return isa <= NP_ISA_SVM ? isa : 0;
}

static json_t *text_or_null(const char *s)
{
	return s[0] ? np_json_string(s) : json_null();
}

static json_t *isa_name(uint32_t isa)
{
	return isa == NP_ISA_VMX ? json_string("vmx")
	     : isa == NP_ISA_SVM ? json_string("svm") : json_null();
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
	return np_json_whole(o, err);
}

static int set_per_l2_exit(json_t *o, const char *key, uint64_t count, uint64_t l2_exits)
{
	return json_object_set_new(o, key, np_json_number(np_per_l2_exit(count, l2_exits)));
}

static json_t *per_l2_exit_json(const struct np_account *a, const struct listed *listed)
{
	struct np_l2_totals t;
	json_t *o = json_object();
	int err = 0;

	np_account_l2_totals(a, &t);
	for (uint32_t i = 0; t.exits && i < NP_REASONS; i++)
		if (listed->reason[known_isa(a->isa)][i])
			err |= set_per_l2_exit(o, np_exit_reason_name(a->isa, i), t.caused[i],
					       t.exits);
	err |= set_per_l2_exit(o, "total", t.caused_total, t.exits);
	return np_json_whole(o, err);
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
	return np_json_whole(list, err);
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
	return np_json_whole(o, err);
}

static json_t *witnesses_json(const struct np_workload_result *w)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < w->nr_witnesses; i++) {
		const struct np_witness *x = &w->witnesses[i];

		err |= json_array_append_new(
			list, json_pack("{s:o, s:o, s:I, s:I, s:b}",
					"source", np_json_string(x->source),
					"what", np_json_string(x->what),
					"theirs", (json_int_t)x->theirs,
					"ours", (json_int_t)x->ours,
					"equal", x->theirs == x->ours));
	}
	return np_json_whole(list, err);
}

static json_t *tracer_json(const struct np_tracer_result *t)
{
	json_t *o = np_json_samples(&t->round_trip);

	return np_json_whole(o, json_object_set_new(o, "untraced", np_json_samples(&t->untraced)));
}

static json_t *tracers_json(const struct np_workload_result *w)
{
	json_t *o = json_object();
	int err = 0;

	for (uint32_t i = 0; i < w->nr_tracers; i++)
		err |= json_object_set_new(o, w->tracers[i].name, tracer_json(&w->tracers[i]));
	return np_json_whole(o, err);
}

static json_t *workload_json(const struct np_workload_result *w, const struct listed *listed)
{
	uint32_t repetitions = w->untraced.n > w->traced.n ? w->untraced.n : w->traced.n;
	json_t *account = w->has_account ? account_json(w, listed) : no_account_json();
	json_t *o = json_pack("{s:o, s:o, s:I, s:i, s:o, s:o, s:o}",
			      "name", np_json_string(w->name),
			      "stresses", np_json_string(w->stresses),
			      "iterations", (json_int_t)w->iterations, "repetitions", repetitions,
			      "round_trip", np_json_samples(&w->untraced),
			      "round_trip_traced", np_json_samples(&w->traced),
			      "observer_effect", np_json_number(np_observer_effect(w)));
	int err = json_object_update(o, account);

	json_decref(account);
	err |= json_object_set_new(o, "witnesses", witnesses_json(w));
	if (w->nr_tracers)
		err |= json_object_set_new(o, "tracers", tracers_json(w));
	if (w->has_fields)
		err |= json_object_set_new(o, "fields",
					   np_fields_to_json(&w->fields, &w->account));
	err |= np_json_add_times(o, w);
	err |= json_object_set_new(o, "error", text_or_null(w->error));
	return np_json_whole(o, err);
}

static json_t *arm_json(const struct np_arm_result *a, const struct listed *listed)
{
	json_t *workloads = json_array(), *o;
	int err = 0;

	for (uint32_t i = 0; i < a->nr_workloads; i++)
		err |= json_array_append_new(workloads, workload_json(a->workloads[i], listed));
	o = json_pack("{s:o, s:b, s:o, s:o}", "name", np_json_string(a->name), "nested", a->nested,
		      "params", np_json_params(a), "workloads", np_json_whole(workloads, err));
	err = 0;
	if (a->nr_env)
		err = json_object_set_new(o, "environment", np_json_facts(a->env, a->nr_env));
	return np_json_whole(o, err);
}

static json_t *comparison_json(const struct np_result *r)
{
	struct np_comparison all[NP_MAX_COMPARISONS];
	uint32_t n = np_result_compare(r, all);
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct np_comparison *c = &all[i];

		json_t *o = json_pack(
				  "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
				  "workload", np_json_string(c->workload),
				  "single", np_json_ticks(c->single),
				  "off", np_json_ticks(c->off), "on", np_json_ticks(c->on),
				  "overhead_off", np_json_number(c->overhead_off),
				  "overhead_on", np_json_number(c->overhead_on),
				  "overhead_reduction_percent",
				  np_json_number(c->overhead_reduction_percent),
				  "time_saved_percent", np_json_number(c->time_saved_percent));

		if (c->variant[0])
			err |= json_object_set_new(o, "variant", np_json_string(c->variant));
		err |= json_array_append_new(list, o);
	}
	return np_json_whole(list, err);
}

static void list_caused(const struct np_account *a, bool listed[NP_REASONS])
{
	struct np_l2_totals t;

	np_account_l2_totals(a, &t);
	for (uint32_t i = 0; i < NP_REASONS; i++)
		listed[i] |= t.caused[i] != 0;
}

/* What any arm or workload caused, and what the arms are about. */
static void list_reasons(const struct np_result *r, struct listed *listed)
{
	static const struct {
		uint8_t isa, reason;
	} always[] = {
		{ NP_ISA_VMX, NP_VMX_VMREAD },	{ NP_ISA_VMX, NP_VMX_VMWRITE },
		{ NP_ISA_VMX, NP_VMX_VMRESUME },
		{ NP_ISA_SVM, NP_SVM_VMLOAD },	{ NP_ISA_SVM, NP_SVM_VMSAVE },
		{ NP_ISA_SVM, NP_SVM_VMRUN },	{ NP_ISA_SVM, NP_SVM_STGI },
		{ NP_ISA_SVM, NP_SVM_CLGI },
	};

	memset(listed, 0, sizeof(*listed));
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		listed->reason[always[i].isa][always[i].reason] = true;
	for (uint32_t a = 0; a < r->nr_arms; a++)
		for (uint32_t i = 0; i < r->arms[a]->nr_workloads; i++) {
			const struct np_workload_result *w = r->arms[a]->workloads[i];

			if (w->has_account)
				list_caused(&w->account,
					    listed->reason[known_isa(w->account.isa)]);
		}
}

json_t *np_result_json(const struct np_result *r)
{
	struct listed listed;
	json_t *arms = json_array();
	int err = 0;

	list_reasons(r, &listed);
	for (uint32_t i = 0; i < r->nr_arms; i++)
		err |= json_array_append_new(arms, arm_json(r->arms[i], &listed));
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "schema", NP_RESULT_SCHEMA,
			 "environment", np_json_environment(r),
			 "time_unit", text_or_null(r->time_unit),
			 "comparison", comparison_json(r), "arms", np_json_whole(arms, err));
}

char *np_result_to_json(const struct np_result *r)
{
	return np_json_print(np_result_json(r));
}
