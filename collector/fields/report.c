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

	r->o = o;
	r->when.interval = 1;
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
	fields_counts_clear(&r->counts);
}

/* Said once: what does not fit does not later either. */
static int name_sites(struct fields_report *r)
{
	struct np_fit fit;
	int err = np_fields_symbolize(&r->counts.fields, r->kallsyms, &fit);

	if (err || !fit.misfits || r->told_of_misfits)
		return err;
	log_note("%s does not fit this L1: %u of its %u instructions are in no function of "
		 "kvm_intel there", r->o->kallsyms, fit.misfits, fit.sites);
	r->told_of_misfits = true;
	return 0;
}

/* A line of its own where there may be more than one. */
static void print_when(const struct fields_report *r)
{
	const struct stat_when *w = &r->when;

	if (r->o->target.interval)
		printf("%s%.3f s to %.3f s\n", w->interval > 1 ? "\n" : "", w->start,
		       w->start + w->seconds);
}

static int print_text(const struct fields_report *r, const struct fields_view *v)
{
	const struct np_fields *f = &r->counts.fields;
	uint64_t all = np_fields_total(f, false) + np_fields_total(f, true);
	struct stat_table t;
	int err;

	print_when(r);
	if (!all) {
		puts("L1 accessed no VMCS field with an exit");
		return 0;
	}
	err = fields_print_first(&r->counts.fields, v, stdout);
	putchar('\n');
	if (!err)
		err = fields_table_text(&t, &r->counts.fields, v);
	if (!err)
		err = np_rows_print_text(t.rows, stdout);
	stat_table_free(&t);
	printf("\n%" PRIu64 " accesses in %.3f s, unknown %" PRIu64 "; lost events: %" PRIu64 "\n",
	       all, r->when.seconds, np_fields_unknown(&r->counts.fields), r->lost);
	for (int i = NP_KNOWN + 1; i < NP_UNKNOWNS; i++) {
		uint64_t n = np_fields_unknown_for(&r->counts.fields, i);

		if (n)
			printf("unknown (%s): %" PRIu64 ", %s\n", np_unknown_name(i), n,
			       np_unknown_words(i));
	}
	return err;
}

static int print_csv(const struct fields_report *r, const struct fields_view *v)
{
	struct stat_table t;
	int err = fields_table_data(&t, &r->counts.fields, v);

	if (!err && r->when.interval == 1)
		err = np_rows_print_csv_header(t.rows, stdout);
	if (!err)
		err = np_rows_print_csv_lines(t.rows, stdout);
	stat_table_free(&t);
	return err;
}

static int print_json(const struct fields_report *r, const struct fields_view *v)
{
	struct stat_table t;
	int err = fields_table_data(&t, &r->counts.fields, v);
	json_t *o = err ? NULL : json_pack("{s:s, s:i, s:f, s:f, s:I, s:i, s:I, s:I, s:I, s:o}",
			"schema", FIELDS_SCHEMA, "interval", (int)r->when.interval,
			"start", r->when.start, "seconds", r->when.seconds,
			"lost", (json_int_t)r->lost,
			"enlightened", (int)r->enlightened,
			"reads", (json_int_t)np_fields_total(&r->counts.fields, false),
			"writes", (json_int_t)np_fields_total(&r->counts.fields, true),
			"unknown", (json_int_t)np_fields_unknown(&r->counts.fields),
			"accesses", np_rows_to_json(t.rows));

	if (!err)
		err = o && json_dumpf(o, stdout, JSON_FORM) >= 0 && putchar('\n') != EOF ? 0 : -EIO;
	json_decref(o);
	stat_table_free(&t);
	return err;
}

static int print(struct fields_report *r)
{
	const struct fields_options *o = r->o;
	struct fields_view v = { .account = &r->counts.account, .lacking = fields_lacking(),
				 .by = o->by, .min_share = o->min_share };

	switch (o->format) {
	case FIELDS_JSON:
		return print_json(r, &v);
	case FIELDS_CSV:
		v.when = &r->when;
		return print_csv(r, &v);
	case FIELDS_FOLDED:
		return fields_print_folded(&r->counts.fields, stdout);
	default:
		return print_text(r, &v);
	}
}

int fields_report_print(struct fields_report *r)
{
	int err = r->kallsyms ? name_sites(r) : 0;

	errno = 0;
	if (err)
		return err;
	err = print(r);
	r->when.start += r->when.seconds;
	r->when.interval++;
	if (!err && fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	if (err == -ENOMEM || errno == EPIPE)
		return err == -ENOMEM ? err : -EPIPE;
	return fail(NP_EXIT_NO_SPACE, -EIO, "cannot write to standard output");
}
