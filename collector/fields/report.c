// SPDX-License-Identifier: GPL-2.0-only
#include "collector/fields/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/fields_symbols.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/fields/read.h"

#define JSON_FORM (JSON_COMPACT | JSON_REAL_PRECISION(9))

int fields_report_open(struct fields_report *r, const struct fields_options *o)
{
	char *text;
	int err;

	if (!o->kallsyms)
		return 0;
	err = fs_read(o->kallsyms, &text, NULL);
	if (err)
		return fail(NP_EXIT_MISSING, err, "cannot read %s: %s", o->kallsyms,
			    strerror(-err));
	err = np_kallsyms_parse(&r->kallsyms, text);
	if (err == -EACCES)
		return fail(NP_EXIT_MISSING, err,
			    "%s has no addresses: copy /proc/kallsyms in L1 as root", o->kallsyms);
	if (err == -EINVAL)
		return fail(NP_EXIT_MISSING, err, "%s is no copy of a /proc/kallsyms", o->kallsyms);
	return err;
}

void fields_report_close(struct fields_report *r)
{
	np_kallsyms_free(r->kallsyms);
	np_fields_free(&r->fields);
}

static int name_sites(struct fields_report *r, const char *file)
{
	struct np_fit fit;
	int err = np_fields_symbolize(&r->fields, r->kallsyms, &fit);

	if (!err && fit.misfits)
		log_note("%s does not fit this L1: %u of its %u instructions are in no function of "
			 "KVM there", file, fit.misfits, fit.sites);
	return err;
}

static int print_text(const struct fields_report *r, const struct fields_view *v)
{
	uint64_t all = np_fields_total(&r->fields, false) + np_fields_total(&r->fields, true);
	struct stat_table t;
	int err;

	if (!all) {
		puts("L1 accessed no VMCS field with an exit");
		return 0;
	}
	err = fields_print_first(&r->fields, v, stdout);
	putchar('\n');
	if (!err)
		err = fields_table_text(&t, &r->fields, v);
	if (!err)
		err = np_rows_print_text(t.rows, stdout);
	stat_table_free(&t);
	printf("\n%" PRIu64 " accesses in %.3f s, unknown %" PRIu64 "; lost events: %" PRIu64 "\n",
	       all, r->seconds, np_fields_unknown(&r->fields), r->lost);
	for (int i = NP_KNOWN + 1; i < NP_UNKNOWNS; i++) {
		uint64_t n = np_fields_unknown_for(&r->fields, i);

		if (n)
			printf("unknown (%s): %" PRIu64 ", %s\n", np_unknown_name(i), n,
			       np_unknown_words(i));
	}
	return err;
}

static int print_csv(const struct fields_report *r, const struct fields_view *v)
{
	struct stat_table t;
	int err = fields_table_data(&t, &r->fields, v);

	if (!err)
		err = np_rows_print_csv(t.rows, stdout);
	stat_table_free(&t);
	return err;
}

static int print_json(const struct fields_report *r, const struct fields_view *v)
{
	struct stat_table t;
	int err = fields_table_data(&t, &r->fields, v);
	json_t *o = err ? NULL : json_pack("{s:s, s:f, s:I, s:I, s:I, s:I, s:o}",
			"schema", FIELDS_SCHEMA, "seconds", r->seconds,
			"lost", (json_int_t)r->lost,
			"reads", (json_int_t)np_fields_total(&r->fields, false),
			"writes", (json_int_t)np_fields_total(&r->fields, true),
			"unknown", (json_int_t)np_fields_unknown(&r->fields),
			"accesses", np_rows_to_json(t.rows));

	if (!err)
		err = o && json_dumpf(o, stdout, JSON_FORM) >= 0 && putchar('\n') != EOF ? 0 : -EIO;
	json_decref(o);
	stat_table_free(&t);
	return err;
}

int fields_report_print(struct fields_report *r, const struct fields_options *o,
			const struct np_account *a)
{
	const struct fields_view v = { .account = a, .lacking = fields_lacking(), .by = o->by,
				       .min_share = o->min_share };
	int err = r->kallsyms ? name_sites(r, o->kallsyms) : 0;

	errno = 0;
	if (err)
		return err;
	switch (o->format) {
	case FIELDS_JSON:
		err = print_json(r, &v);
		break;
	case FIELDS_CSV:
		err = print_csv(r, &v);
		break;
	case FIELDS_FOLDED:
		err = fields_print_folded(&r->fields, stdout);
		break;
	default:
		err = print_text(r, &v);
	}
	if (!err && fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	if (err == -ENOMEM || errno == EPIPE)
		return err == -ENOMEM ? err : -EPIPE;
	return fail(NP_EXIT_NO_SPACE, -EIO, "cannot write to standard output");
}
