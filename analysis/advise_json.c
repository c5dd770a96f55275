// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>

#include "analysis/advise_report.h"
#include "analysis/json_write.h"

static json_t *ticks_json(struct np_estimate e)
{
	return json_pack("{s:o, s:o}", "ticks", np_json_ticks(e.value), "error",
			 np_json_ticks(e.error));
}

static json_t *change_json(struct np_estimate now, struct np_estimate then, double measured,
			   json_t *(*figure)(double))
{
	return json_pack("{s:o, s:o, s:o, s:o}", "now", figure(now.value), "then",
			 figure(then.value), "error", figure(then.error), "measured",
			 figure(measured));
}

static json_t *prediction_json(const struct np_workload_advice *w)
{
	const struct np_prediction *p = &w->advice.on;

	if (!w->advice.has_prediction)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "exits",
			 change_json(p->exits_now, p->exits_then, w->measured_exits,
				     np_json_number),
			 "round_trip", change_json(p->ticks_now, p->ticks_then, w->measured_ticks,
						   np_json_ticks),
			 "accesses", ticks_json(p->accesses), "sync", ticks_json(p->sync));
}

/* "none", "RO", "RW" */
static const char *class_name(enum np_vmcs_shadow class)
{
	return class == NP_SHADOW_NO ? "none" : np_vmcs_shadow_name(class);
}

static json_t *uses_json(const struct np_field_advice *f)
{
	const double *t = f->use.times;

	if (!f->counted)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o}", "read", np_json_number(t[NP_READ]),
			 "read_memory", np_json_number(t[NP_READ_MEMORY]),
			 "write", np_json_number(t[NP_WRITE]),
			 "write_memory", np_json_number(t[NP_WRITE_MEMORY]));
}

static json_t *classes_json(const struct np_field_advice *f)
{
	json_t *o;
	int err = 0;

	if (!f->counted)
		return json_null();
	o = json_object();
	for (int i = NP_SHADOW_NO; i <= NP_SHADOW_RW; i++)
		err |= json_object_set_new(
			o, class_name(i),
			json_pack("{s:o, s:o, s:o}", "exits", np_json_number(f->exits[i]),
				  "ticks", np_json_ticks(f->as[i].value), "error",
				  np_json_ticks(f->as[i].error)));
	return np_json_whole(o, err);
}

static json_t *field_json(const struct np_field_advice *f)
{
	char name[NP_VMCS_NAME_SIZE], encoding[24];

	snprintf(encoding, sizeof(encoding), "0x%04llx", (unsigned long long)f->use.field);
	return json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o, s:o, s:b}",
			 "field", np_vmcs_field_name(f->use.field, name), "encoding", encoding,
			 "list", class_name(f->is), "lacks", f->lacks,
			 "per_l2_exit", uses_json(f), "change", classes_json(f),
			 "best", f->counted ? json_string(class_name(f->best)) : json_null(),
			 "proven", f->proven);
}

static json_t *fields_json(const struct np_advice *a)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < a->nr_fields; i++)
		err |= json_array_append_new(list, field_json(&a->field[i]));
	return np_json_whole(list, err);
}

static json_t *workload_json(const struct np_workload_advice *w)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "workload", w->workload, "arm",
			 w->arm, "trips", np_json_number(w->advice.trips), "unknown",
			 np_json_number(w->advice.unknown), "shadow_on", prediction_json(w),
			 "best_set", ticks_json(w->advice.best), "fields",
			 fields_json(&w->advice));
}

static json_t *calibration_json(const struct np_advice_report *r)
{
	const struct np_calibration *c = r->calibration;

	return json_pack("{s:o, s:o, s:o}", "date", np_json_string(c->date), "environment",
			 np_json_environment(c->where), "stale",
			 r->stale[0] ? np_json_string(r->stale) : json_null());
}

char *np_advice_to_json(const struct np_advice_report *r)
{
	json_t *list = json_array();
	int err = 0;

	for (uint32_t i = 0; i < r->nr; i++)
		err |= json_array_append_new(list, workload_json(&r->workload[i]));
	return np_json_print(json_pack("{s:s, s:o, s:o, s:o, s:o}", "schema", NP_ADVICE_SCHEMA,
				       "calibration", calibration_json(r), "time_unit",
				       np_json_string(r->calibration->where->time_unit),
				       "workloads", np_json_whole(list, err), "together",
				       json_pack("{s:o, s:o, s:o}", "trips",
						 np_json_number(r->together.trips), "best_set",
						 ticks_json(r->together.best), "fields",
						 fields_json(&r->together))));
}
