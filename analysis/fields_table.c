// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/fields_table.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/vmcs_field.h"

static const struct np_column field_columns[] = {
	{ "field", "field", "", 0 },
	{ "encoding", "encoding", "", 0 },
	{ "access", "access", "", 0 },
};

static const struct np_column site_columns[] = {
	{ "site", "L1's instruction", "", 0 },
	{ "access", "does", "", 0 },
	{ "field", "field", "", 0 },
	{ "encoding", "encoding", "", 0 },
};

static const struct np_column reason_columns[] = {
	{ "l2_reason", "L2 exit", "", 0 },
	{ "field", "field", "", 0 },
	{ "access", "access", "", 0 },
};

static const struct np_column text_columns[] = {
	{ "operand", "operand", "", 0 },
	{ "count", "count", "", 0 },
	{ "per_l2_exit", "per L2 exit", "", 2 },
	{ "ns_mean", "L0 mean", "ns", 0 },
	{ "ns_share", "L0 time", "%", 1 },
	{ "shadow", "KVM shadows", "", 0 },
};

static const struct np_column data_columns[] = {
	{ "pid", "PID", "", 0 },
	{ "vcpu", "vCPU", "", 0 },
	{ "l2_reason", "L2 exit", "", 0 },
	{ "field", "field", "", 0 },
	{ "encoding", "encoding", "", 0 },
	{ "access", "access", "", 0 },
	{ "operand", "operand", "", 0 },
	{ "address", "address", "", 0 },
	{ "symbol", "symbol", "", 0 },
	{ "unknown", "unknown", "", 0 },
	{ "count", "count", "", 0 },
	{ "per_l2_exit", "per L2 exit", "", 6 },
	{ "timed", "timed", "", 0 },
	{ "ns", "L0 time of these", "ns", 0 },
	{ "ns_mean", "L0 mean", "ns", 3 },
	{ "shadow", "KVM's list", "", 0 },
	{ "shadow_lacks", "CPU lacks", "", 0 },
};

#define ADD_COLUMNS(t, c) stat_table_add_columns(t, c, sizeof(c) / sizeof((c)[0]))

static uint64_t exits_of(const struct np_row *row)
{
	return row->exits + row->synthetic;
}

/* Of one reason, or all. */
static uint64_t l2_exits(const struct np_account *a, uint32_t reason)
{
	uint64_t sum = 0;

	if (!a)
		return 0;
	if (reason < NP_REASONS)
		return exits_of(&a->l2[reason]);
	for (uint32_t i = 0; i < NP_REASONS; i++)
		sum += exits_of(&a->l2[i]);
	return sum;
}

static double per_l2_exit(const struct np_access *a, const struct fields_view *v, bool by_reason)
{
	uint64_t exits = by_reason && a->reason == NP_REASON_NONE ? 0 :
			 l2_exits(v->account, by_reason ? a->reason : NP_REASON_NONE);

	return exits ? round(1e6 * a->count / exits) / 1e6 : NAN;
}

static double mean_ns(const struct np_access *a)
{
	return round(1e3 * np_access_mean(a)) / 1e3;
}

int fields_project(struct np_fields *to, const struct np_fields *f, enum fields_by by)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < f->nr; i++) {
		struct np_access a = f->access[i];

		a.tgid = 0;
		a.vcpu = NP_ANY_VCPU;
		if (by != FIELDS_BY_REASON)
			a.reason = NP_REASON_NONE;
		if (by != FIELDS_BY_SITE) {
			a.address = 0;
			a.symbol = NULL;
		}
		err = np_fields_add(to, &a);
	}
	np_fields_merge(to);
	return err;
}

/* What is common to all tables. */
static int set_access(struct np_rows *r, const struct np_access *a)
{
	char word[FIELDS_WORD];
	int err = np_rows_text(r, "field", fields_field_word(word, a));

	if (!err)
		err = np_rows_text(r, "access", a->write ? "write" : "read");
	if (!err && !a->unknown)
		err = np_rows_text(r, "operand", a->memory ? "memory" : "register");
	if (!err)
		err = np_rows_count(r, "count", a->count);
	return err;
}

static int set_encoding(struct np_rows *r, const struct np_access *a)
{
	char word[32];

	if (a->unknown)
		return 0;
	snprintf(word, sizeof(word), "0x%04" PRIx64, a->field);
	return np_rows_text(r, "encoding", word);
}

static int text_row(struct np_rows *r, const struct np_access *a, const struct fields_view *v,
		    double all_ns)
{
	char word[FIELDS_WORD];
	int err = np_rows_add(r);

	if (!err)
		err = set_access(r, a);
	if (!err && v->by == FIELDS_BY_REASON)
		err = np_rows_text(r, "l2_reason", fields_reason_word(a));
	else if (!err)
		err = set_encoding(r, a);
	if (!err && v->by == FIELDS_BY_SITE)
		err = np_rows_text(r, "site", fields_site_word(word, a));
	if (!err)
		err = np_rows_number(r, "per_l2_exit",
				     per_l2_exit(a, v, v->by == FIELDS_BY_REASON));
	if (!err)
		err = np_rows_number(r, "ns_mean", mean_ns(a));
	if (!err)
		err = np_rows_number(r, "ns_share", 100 * np_access_ns(a) / all_ns);
	if (!err)
		err = np_rows_text(r, "shadow", fields_shadow_word(word, a, v->lacking));
	return err;
}

static void add_text_columns(struct stat_table *t, enum fields_by by)
{
	memset(t, 0, sizeof(*t));
	if (by == FIELDS_BY_FIELD)
		ADD_COLUMNS(t, field_columns);
	else if (by == FIELDS_BY_SITE)
		ADD_COLUMNS(t, site_columns);
	else
		ADD_COLUMNS(t, reason_columns);
	ADD_COLUMNS(t, text_columns);
}

/* What is not known is never left out. */
static bool is_little(const struct np_access *a, const struct fields_view *v, uint64_t all)
{
	return !a->unknown && 100.0 * a->count < v->min_share * all;
}

static int others_row(struct np_rows *r, uint32_t n, const struct np_access *others,
		      const struct fields_view *v, double all_ns)
{
	char word[32];
	int err = n ? np_rows_add(r) : 0;

	if (err || !n)
		return err;
	snprintf(word, sizeof(word), "%u others", n);
	err = np_rows_text(r, "field", word);
	if (!err)
		err = np_rows_count(r, "count", others->count);
	if (!err)
		err = np_rows_number(r, "per_l2_exit", per_l2_exit(others, v, false));
	if (!err)
		err = np_rows_number(r, "ns_mean", mean_ns(others));
	if (!err)
		err = np_rows_number(r, "ns_share", 100 * np_access_ns(others) / all_ns);
	return err;
}

static int text_rows(struct np_rows *r, const struct np_fields *sum, const struct fields_view *v)
{
	uint64_t all = np_fields_total(sum, false) + np_fields_total(sum, true);
	double ns = np_fields_ns(sum);
	struct np_access others = { 0 };
	uint32_t n = 0;
	int err = 0;

	for (uint32_t i = 0; !err && i < sum->nr; i++) {
		const struct np_access *a = &sum->access[i];

		if (is_little(a, v, all)) {
			others.count += a->count;
			others.timed += a->timed;
			others.ns += a->ns;
			n++;
		} else {
			err = text_row(r, a, v, ns);
		}
	}
	return err ? err : others_row(r, n, &others, v, ns);
}

int fields_table_text(struct stat_table *t, const struct np_fields *f, const struct fields_view *v)
{
	struct np_fields sum = { 0 };
	int err = fields_project(&sum, f, v->by);

	add_text_columns(t, v->by);
	if (!err)
		err = stat_table_new_rows(t);
	if (!err)
		err = text_rows(t->rows, &sum, v);
	np_fields_free(&sum);
	return err;
}

static int set_where(struct np_rows *r, const struct np_access *a)
{
	char word[32];
	int err = 0;

	if (a->tgid)
		err = np_rows_count(r, "pid", a->tgid);
	if (!err && a->vcpu != NP_ANY_VCPU)
		err = np_rows_count(r, "vcpu", a->vcpu);
	if (!err && a->reason != NP_REASON_NONE)
		err = np_rows_text(r, "l2_reason", fields_reason_word(a));
	if (err || !a->address)
		return err;
	snprintf(word, sizeof(word), "0x%" PRIx64, a->address);
	err = np_rows_text(r, "address", word);
	if (!err && a->symbol)
		err = np_rows_text(r, "symbol", a->symbol);
	return err;
}

static int set_shadow(struct np_rows *r, const struct np_access *a, unsigned int lacking)
{
	const struct np_vmcs_field *f = a->unknown ? NULL : np_vmcs_field_find(a->field);
	int err = 0;

	if (!f || f->shadow == NP_SHADOW_NO)
		return 0;
	err = np_rows_text(r, "shadow", np_vmcs_shadow_name(f->shadow));
	if (!err && f->needs != NP_NEEDS_ANY && lacking & 1u << f->needs)
		err = np_rows_text(r, "shadow_lacks", np_vmcs_needs_flag(f->needs));
	return err;
}

static int data_row(struct stat_table *t, const struct np_access *a, const struct fields_view *v)
{
	struct np_rows *r = t->rows;
	int err = np_rows_add(r);

	if (!err)
		err = stat_table_set_when(t, v->when);
	if (!err && !a->unknown)
		err = set_access(r, a);
	else if (!err)
		err = np_rows_text(r, "unknown", np_unknown_name(a->unknown));
	if (!err && a->unknown)
		err = np_rows_text(r, "access", a->write ? "write" : "read");
	if (!err)
		err = set_encoding(r, a);
	if (!err)
		err = set_where(r, a);
	if (!err)
		err = set_shadow(r, a, v->lacking);
	if (!err)
		err = np_rows_count(r, "count", a->count);
	if (!err)
		err = np_rows_number(r, "per_l2_exit", per_l2_exit(a, v, true));
	if (!err)
		err = np_rows_count(r, "timed", a->timed);
	if (!err)
		err = np_rows_count(r, "ns", a->ns);
	return err ? err : np_rows_number(r, "ns_mean", mean_ns(a));
}

int fields_table_data(struct stat_table *t, const struct np_fields *f, const struct fields_view *v)
{
	int err;

	memset(t, 0, sizeof(*t));
	stat_table_add_when(t, v->when);
	ADD_COLUMNS(t, data_columns);
	err = stat_table_new_rows(t);
	for (uint32_t i = 0; !err && i < f->nr; i++)
		err = data_row(t, &f->access[i], v);
	return err;
}

/* Not shadowed at all, or only for reading, or it would be. */
static const char *why_it_exits(const struct np_access *a, unsigned int lacking)
{
	const struct np_vmcs_field *f = np_vmcs_field_find(a->field);

	if (!f || f->shadow == NP_SHADOW_NO)
		return "KVM does not shadow it";
	if (np_vmcs_field_is_shadowed(f, a->write, lacking))
		return "with shadow VMCS on it does not exit";
	if (f->shadow == NP_SHADOW_RO)
		return "KVM shadows it for reading alone";
	return "KVM would shadow it, but this CPU lacks the feature";
}

int fields_print_first(const struct np_fields *f, const struct fields_view *v, FILE *out)
{
	char field[FIELDS_WORD], site[FIELDS_WORD];
	struct np_fields sum = { 0 };
	const struct np_access *a;
	double per;
	int err = fields_project(&sum, f, FIELDS_BY_SITE);

	a = sum.nr ? &sum.access[0] : NULL;
	if (!err && a && !a->unknown) {
		per = per_l2_exit(a, v, false);
		fprintf(out, "%s %s %s", fields_site_word(site, a), a->write ? "writes" : "reads",
			fields_field_word(field, a));
		if (!isnan(per))
			fprintf(out, ", %.2f per L2 exit", per);
		fprintf(out, ": %s\n", why_it_exits(a, v->lacking));
	}
	np_fields_free(&sum);
	return err;
}
