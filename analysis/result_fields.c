// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/result_fields.h"

#include <inttypes.h>
#include <string.h>

#include "analysis/fields_table.h"
#include "analysis/vmcs_field.h"

int np_result_set_lacking(struct np_result *r, unsigned int lacking)
{
	char text[128] = "";

	for (int i = NP_NEEDS_ANY + 1; i <= NP_NEEDS_PREEMPTION_TIMER; i++) {
		size_t n = strlen(text);

		if (lacking & 1u << i)
			snprintf(text + n, sizeof(text) - n, "%s%s", n ? "," : "",
				 np_vmcs_needs_flag(i));
	}
	return text[0] ? np_result_set_env(r, NP_ENV_LACKING, "%s", text) : 0;
}

unsigned int np_result_lacking(const struct np_result *r)
{
	const char *text = np_result_env(r, NP_ENV_LACKING) ?: "";
	unsigned int lacking = 0;

	for (int i = NP_NEEDS_ANY + 1; i <= NP_NEEDS_PREEMPTION_TIMER; i++)
		if (strstr(text, np_vmcs_needs_flag(i)))
			lacking |= 1u << i;
	return lacking;
}

static int print_workload(const char *arm, const struct np_workload_result *w,
			  unsigned int lacking, FILE *out)
{
	const struct fields_view view = { .account = &w->account,
					  .lacking = lacking,
					  .by = FIELDS_BY_SITE,
					  .min_share = 0.5 };
	struct stat_table t;
	int err;

	fprintf(out, "\nVMCS fields that L1 accesses with an exit: %s, %s; unknown %" PRIu64
		" of %" PRIu64 "\n", w->name, arm, np_fields_unknown(&w->fields),
		np_fields_total(&w->fields, false) + np_fields_total(&w->fields, true));
	err = fields_print_first(&w->fields, &view, out);
	if (err || !w->fields.nr)
		return err;
	err = fields_table_text(&t, &w->fields, &view);
	if (!err)
		err = np_rows_print_text(t.rows, out);
	stat_table_free(&t);
	return err;
}

int np_result_print_fields(const struct np_result *r, FILE *out)
{
	unsigned int lacking = np_result_lacking(r);
	int err = 0;

	for (uint32_t i = 0; i < r->nr_arms; i++)
		for (uint32_t k = 0; !err && k < r->arms[i]->nr_workloads; k++)
			if (r->arms[i]->nested && r->arms[i]->workloads[k]->has_fields)
				err = print_workload(r->arms[i]->name, r->arms[i]->workloads[k],
						     lacking, out);
	return err;
}
