// SPDX-License-Identifier: GPL-2.0-only
/* The reader's half for the account of L2's exits. */
#include <errno.h>
#include <string.h>

#include "analysis/exit_reason.h"
#include "analysis/result_json_reader.h"

struct field {
	const char *key;
	uint64_t *out;
};

static int counts(const struct np_json_reader *r, const json_t *o, const struct field *f, size_t n)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = np_json_count(r, o, f[i].key, f[i].out);
	return err;
}

/* {"VMREAD": 7050, ...} */
static int by_reason(const struct np_json_reader *r, const json_t *o, const char *key,
		     uint32_t isa, uint64_t out[NP_REASONS])
{
	const json_t *in = np_json_object(r, o, key), *value;
	const char *reason;
	int err = in ? 0 : -EINVAL;

	json_object_foreach((json_t *)in, reason, value) {
		int i = np_exit_reason_find(isa, reason);

		if (i < 0 || i >= NP_REASONS)
			return np_json_bad(r, "%s has an unknown exit reason", key);
		err = np_json_count(r, in, reason, &out[i]);
		if (err)
			break;
	}
	return err;
}

static int row(const struct np_json_reader *r, const json_t *o, struct np_account *a)
{
	char name[NP_NAME];
	int err = np_json_text(r, o, "reason", name, sizeof(name));
	int i = err ? -1 : np_exit_reason_find(a->isa, name);
	struct np_row *row = &a->l2[i < 0 ? 0 : i];
	const struct field fields[] = {
		{ "count", (uint64_t *)&row->exits },	{ "to_l1", (uint64_t *)&row->to_l1 },
		{ "l0_only", (uint64_t *)&row->l0_only }, { "resumed", (uint64_t *)&row->resumed },
		{ "synthetic", (uint64_t *)&row->synthetic },
	};

	if (err)
		return err;
	if (i < 0 || i >= NP_REASONS)
		return np_json_bad(r, "l2_exit_reasons has an unknown exit reason");
	err = counts(r, o, fields, sizeof(fields) / sizeof(*fields));
	return err ? err : by_reason(r, o, "caused", a->isa, (uint64_t *)row->caused);
}

static int rows(const struct np_json_reader *r, const json_t *o, struct np_account *a)
{
	const json_t *list = np_json_array(r, o, "l2_exit_reasons", NP_REASONS);
	int err = list ? 0 : -EINVAL;

	for (size_t i = 0; !err && i < json_array_size(list); i++)
		err = row(r, json_array_get(list, i), a);
	return err;
}

static int isa(const struct np_json_reader *r, const json_t *o, uint32_t *out)
{
	const json_t *j = json_object_get(o, "isa");
	const char *s = json_string_value(j);

	if (json_is_null(j))
		*out = 0;
	else if (s && !strcmp(s, "vmx"))
		*out = NP_ISA_VMX;
	else if (s && !strcmp(s, "svm"))
		*out = NP_ISA_SVM;
	else
		return np_json_bad(r, "isa is missing or unknown");
	return 0;
}

static int events(const struct np_json_reader *r, const json_t *o, struct np_totals *t)
{
	const json_t *in = np_json_object(r, o, "events");
	const struct field fields[] = {
		{ "exits", (uint64_t *)&t->exits },
		{ "nested_vmexits", (uint64_t *)&t->nested_vmexits },
		{ "nested_injects", (uint64_t *)&t->nested_injects },
		{ "nested_vmenters", (uint64_t *)&t->nested_vmenters },
	};

	return in ? counts(r, in, fields, sizeof(fields) / sizeof(*fields)) : -EINVAL;
}

/* The sums are in the text too: a row that was lost or changed shows here. */
static int check_totals(const struct np_json_reader *r, const json_t *o,
			const struct np_account *a)
{
	struct np_l2_totals said, is;
	const struct field fields[] = { { "total", &said.exits }, { "to_l1", &said.to_l1 },
					{ "l0_only", &said.l0_only },
					{ "synthetic", &said.synthetic } };
	const json_t *in = np_json_object(r, o, "l2_exits");
	int err = in ? counts(r, in, fields, sizeof(fields) / sizeof(*fields)) : -EINVAL;

	if (err)
		return err;
	np_account_l2_totals(a, &is);
	if (said.exits != is.exits || said.to_l1 != is.to_l1 || said.l0_only != is.l0_only ||
	    said.synthetic != is.synthetic)
		return np_json_bad(r, "l2_exits is not the sum of l2_exit_reasons");
	return 0;
}

int np_json_account(const struct np_json_reader *r, const json_t *o, struct np_workload_result *w)
{
	struct np_account *a = &w->account;
	const struct field fields[] = {
		{ "traced_iterations", &w->traced_iterations },
		{ "entries", &a->entries },
		{ "failed_entries", &a->failed_entries },
		{ "desyncs", &a->desyncs },
		{ "lost", &w->lost },
	};
	int err;

	if (json_is_null(json_object_get(o, "l2_exits")))
		return 0;
	err = isa(r, o, &a->isa);
	if (!err)
		err = counts(r, o, fields, sizeof(fields) / sizeof(*fields));
	if (!err)
		err = rows(r, o, a);
	if (!err)
		err = by_reason(r, o, "l1_exits_outside", a->isa, a->outside);
	if (!err)
		err = by_reason(r, o, "unfinished", a->isa, a->unfinished);
	if (!err)
		err = events(r, o, &a->totals);
	if (!err)
		err = check_totals(r, o, a);
	a->totals.lost = w->lost;
	w->has_account = !err;
	return err;
}
