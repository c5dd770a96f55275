// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>

#include "analysis/json_write.h"
#include "analysis/turtles.h"

static int print(const char *title, struct np_rows *t, FILE *out)
{
	int err = t ? 0 : -ENOMEM;

	if (!err && np_rows_nr(t)) {
		fprintf(out, "\n%s\n", title);
		err = np_rows_print_text(t, out);
	}
	np_rows_free(t);
	return err;
}

static int print_model(const struct np_result *r, const struct np_uarch *u, FILE *out)
{
	int err = print(np_turtles_trips_title, np_turtles_modelled_trips(r, u), out);

	if (!err)
		err = print(np_turtles_modelled_title, np_turtles_modelled(r, u), out);
	fprintf(out, "\nThe model (docs/turtles.md): instructions, one cycle each, and for every "
		     "exit with its entry\n%g to %g cycles, as on %s\n(%s).\n",
		u->least, u->most, u->title, u->source);
	return err;
}

/* What is missing in the tables, and why. */
static void print_failed(const struct np_result *r, FILE *out)
{
	bool any = false;

	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; k < r->arms[i]->nr_workloads; k++) {
			const struct np_workload_result *w = r->arms[i]->workloads[k];

			if (!w->error[0])
				continue;
			if (!any)
				fputs("\nNot measured, as they failed\n", out);
			fprintf(out, "%s, %s: %s\n", r->arms[i]->name, w->name, w->error);
			any = true;
		}
}

static const char *why_no_model(const struct np_result *r)
{
	return np_result_isa(r) == NP_ISA_SVM
	       ? "published costs of exits are of CPUs with VMX"
	       : "these figures are of hardware, which had its own exits and entries";
}

int np_turtles_print(const struct np_result *r, const struct np_uarch *u, FILE *out)
{
	char title[NP_TURTLES_TITLE];
	int err = print(np_turtles_overheads_title(r, title), np_turtles_overheads(r), out);
	const char *no_cycles = np_turtles_no_cycles(r);

	if (!err)
		err = print(np_turtles_native_title, np_turtles_native(r), out);
	if (!err)
		err = print(np_turtles_places_title, np_turtles_places(r), out);
	if (no_cycles)
		fprintf(out, "%s\n", no_cycles);
	print_failed(r, out);
	if (!err && np_turtles_has_model(r, u))
		err = print_model(r, u, out);
	else if (!err && u)
		fprintf(out, "\nNothing is modelled: %s.\n", why_no_model(r));
	return err ? err : ferror(out) ? -EIO : 0;
}

static json_t *rows_json(struct np_rows *t)
{
	json_t *j = t ? np_rows_to_json(t) : NULL;

	np_rows_free(t);
	return j;
}

static json_t *model_json(const struct np_result *r, const struct np_uarch *u)
{
	return json_pack("{s:s, s:s, s:f, s:f, s:o, s:o}", "uarch", u->name, "source", u->source,
			 "cycles_least", u->least, "cycles_most", u->most,
			 "iterations", rows_json(np_turtles_modelled_trips(r, u)),
			 "overheads", rows_json(np_turtles_modelled(r, u)));
}

char *np_turtles_to_json(const struct np_result *r, const struct np_uarch *u)
{
	json_t *modelled = np_turtles_has_model(r, u) ? model_json(r, u) : json_null();

	return np_json_print(json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "schema",
				       NP_TURTLES_SCHEMA, "environment", np_json_environment(r),
				       "time_unit", r->time_unit,
				       "overheads", rows_json(np_turtles_overheads(r)),
				       "native", rows_json(np_turtles_native(r)),
				       "places", rows_json(np_turtles_places(r)),
				       "modelled", modelled));
}
