// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>

#include "analysis/advise_report.h"
#include "analysis/rows.h"

static const struct np_column prediction_columns[] = {
	{ "what", "per exit of L2", "", 0 },	{ "now", "off", "", 2 },
	{ "change", "change", "", 2 },		{ "then", "on, predicted", "", 2 },
	{ "error", "+-", "", 2 },		{ "measured", "measured", "", 2 },
};

static const struct np_column field_columns[] = {
	{ "field", "field", "", 0 },		{ "reads", "reads", "", 2 },
	{ "writes", "writes", "", 2 },		{ "list", "KVM shadows", "", 0 },
	{ "none", "if not", "ticks", 1 },	{ "ro", "if RO", "ticks", 1 },
	{ "rw", "if RW", "ticks", 1 },		{ "error", "+-", "ticks", 1 },
	{ "best", "best", "", 0 },		{ "exits", "exits", "", 2 },
	{ "verdict", "", "", 0 },
};

#define NEW_ROWS(c) np_rows_new(c, sizeof(c) / sizeof((c)[0]))

static int add_figure(struct np_rows *t, const char *what, struct np_estimate now,
		      struct np_estimate then, double measured)
{
	int err = np_rows_add(t);

	if (!err)
		err = np_rows_text(t, "what", what);
	if (!err)
		err = np_rows_number(t, "now", now.value);
	if (!err)
		err = np_rows_number(t, "change", then.value - now.value);
	if (!err)
		err = np_rows_number(t, "then", then.value);
	if (!err)
		err = np_rows_number(t, "error", then.error);
	return err ? err : np_rows_number(t, "measured", measured);
}

static int add_part(struct np_rows *t, const char *what, struct np_estimate change)
{
	int err = np_rows_add(t);

	if (!err)
		err = np_rows_text(t, "what", what);
	if (!err)
		err = np_rows_number(t, "change", change.value);
	return err ? err : np_rows_number(t, "error", change.error);
}

static int print_prediction(const struct np_workload_advice *w, FILE *out)
{
	const struct np_prediction *p = &w->advice.on;
	struct np_rows *t = NEW_ROWS(prediction_columns);
	int err = t ? 0 : -ENOMEM;

	fprintf(out, "\n%s: what turning shadow VMCS on changes\n", w->workload);
	if (!err)
		err = add_figure(t, "exits of L1", p->exits_now, p->exits_then,
				 w->measured_exits);
	if (!err)
		err = add_figure(t, "ticks", p->ticks_now, p->ticks_then, w->measured_ticks);
	if (!err)
		err = add_part(t, "  accesses: fewer exits", p->accesses);
	if (!err)
		err = add_part(t, "  copies to and from the shadow VMCS", p->sync);
	if (!err)
		err = np_rows_print_text(t, out);
	np_rows_free(t);
	return err;
}

static double uses(const struct np_field_advice *f, enum np_form register_form)
{
	return f->counted ? f->use.times[register_form] + f->use.times[register_form + 1] : NAN;
}

static const char *class_name(enum np_vmcs_shadow class)
{
	return class == NP_SHADOW_NO ? "no" : np_vmcs_shadow_name(class);
}

static const char *verdict(const struct np_field_advice *f)
{
	if (f->best == f->is)
		return "as it is";
	return f->proven ? "better" : "not proven";
}

/* "RW"; "no: CPU lacks pml" */
static const char *list_word(const struct np_field_advice *f, char out[64])
{
	if (!f->lacks)
		return class_name(f->is);
	snprintf(out, 64, "no: CPU lacks %s", f->lacks);
	return out;
}

/* What would change in each class but the one it is in, and the larger of the two errors. */
static int add_classes(struct np_rows *t, const struct np_field_advice *f)
{
	static const char *const keys[] = { "none", "ro", "rw" };
	double error = 0;
	int err = 0;

	for (int i = NP_SHADOW_NO; !err && i <= NP_SHADOW_RW; i++)
		if (i != (int)f->is) {
			err = np_rows_number(t, keys[i], f->as[i].value);
			error = fmax(error, f->as[i].error);
		}
	return err ? err : np_rows_number(t, "error", error);
}

static int add_field(struct np_rows *t, const struct np_field_advice *f)
{
	char name[NP_VMCS_NAME_SIZE], list[64];
	int err = np_rows_add(t);

	if (!err)
		err = np_rows_text(t, "field", np_vmcs_field_name(f->use.field, name));
	if (!err)
		err = np_rows_number(t, "reads", uses(f, NP_READ));
	if (!err)
		err = np_rows_number(t, "writes", uses(f, NP_WRITE));
	if (!err)
		err = np_rows_text(t, "list", list_word(f, list));
	if (!err)
		err = add_classes(t, f);
	if (!err)
		err = np_rows_text(t, "best", class_name(f->best));
	if (!err)
		err = np_rows_number(t, "exits", f->exits[f->best] - f->exits[f->is]);
	return err ? err : np_rows_text(t, "verdict", verdict(f));
}

/* Fields that L1 does not use cost their copies; those are summed up in a line. */
static int print_fields(const char *what, const struct np_advice *a, FILE *out)
{
	struct np_rows *t = NEW_ROWS(field_columns);
	int err = t ? 0 : -ENOMEM;

	fprintf(out, "\n%s: each field, with shadow VMCS on, per exit of L2\n", what);
	for (uint32_t i = 0; !err && i < a->nr_fields; i++)
		if (a->field[i].counted && np_is_used(&a->field[i].use))
			err = add_field(t, &a->field[i]);
	if (!err)
		err = np_rows_print_text(t, out);
	np_rows_free(t);
	if (a->nr_idle)
		fprintf(out, "%u more that KVM shadows are not used here: without them %+.1f ticks "
			"(+- %.1f)\n", a->nr_idle, a->idle.value, a->idle.error);
	fprintf(out, "the best set: %+.1f ticks (+- %.1f)\n", a->best.value, a->best.error);
	return err;
}

int np_advice_print(const struct np_advice_report *r, FILE *out)
{
	const struct np_calibration *c = r->calibration;
	int err = 0;

	fprintf(out, "calibration of %s: %s, kernel %s\n", c->date,
		np_result_env(c->where, "cpu_model") ?: "unknown CPU",
		np_result_env(c->where, "l0_kernel") ?: "unknown");
	if (r->stale[0])
		fprintf(out, "not of this machine: %s\n", r->stale);
	for (uint32_t i = 0; !err && i < r->nr; i++) {
		const struct np_workload_advice *w = &r->workload[i];

		if (w->advice.has_prediction)
			err = print_prediction(w, out);
		if (!err)
			err = print_fields(w->workload, &w->advice, out);
	}
	if (!err && r->nr > 1)
		err = print_fields("all workloads, each alike", &r->together, out);
	return err;
}
