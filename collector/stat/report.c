// SPDX-License-Identifier: GPL-2.0-only
#include "collector/stat/report.h"

#include <errno.h>
#include <string.h>

#include "analysis/stat_trips.h"
#include "collector/base/fail.h"
#include "collector/base/out.h"
#include "collector/stat/tracing.h"

#define JSON_FORM (JSON_COMPACT | JSON_REAL_PRECISION(9))

/* The verdict on all that was written so far. */
static int flush(const struct stat_report *r, int err)
{
	if (!err && fflush(r->out) == 0 && !ferror(r->out))
		return 0;
	if (err == -ENOMEM)
		return err;
	err = errno ? -errno : -EIO;
	if (err == -EPIPE || out_reader_is_gone(r->out))
		return -EPIPE;
	return fail(NP_EXIT_NO_SPACE, err, "cannot write to standard output: %s", strerror(-err));
}

static int print_rows(const struct stat_report *r, struct stat_table *t, int err)
{
	if (!err)
		err = np_rows_print_text(t->rows, r->out);
	stat_table_free(t);
	return err;
}

/* A table with a title, unless it has nothing to say. */
static int print_titled(const struct stat_report *r, const char *title, struct stat_table *t,
			int err)
{
	if (!err && np_rows_nr(t->rows)) {
		fprintf(r->out, "\n%s\n", title);
		return print_rows(r, t, err);
	}
	stat_table_free(t);
	return err;
}

static int times_text(struct stat_report *r, const struct stat_lines *l)
{
	struct stat_table t;
	int err = stat_table_trips(&t, l, r->by);

	err = print_titled(r, "Round trips, from L2's exit until L2 is entered again", &t, err);
	if (err)
		return err;
	err = stat_table_phases(&t, l, r->by);
	return print_titled(r, "Where the time of those through L1 went, mean of those measured",
			    &t, err);
}

static int interval_text(struct stat_report *r, const struct stat_when *w,
			 const struct stat_lines *l)
{
	struct stat_table t;
	int err;

	fprintf(r->out, "%s%.3f s to %.3f s%s\n", r->intervals > 1 ? "\n" : "", w->start,
		w->start + w->seconds, l->nr_groups ? "" : ": no VM exited");
	if (!l->nr_groups)
		return 0;
	err = stat_table_groups(&t, l, r->by, STAT_FORM_TEXT);
	err = print_rows(r, &t, err);
	if (err)
		return err;
	fputc('\n', r->out);
	err = stat_table_lines(&t, l, r->by, STAT_FORM_TEXT, NULL);
	err = print_rows(r, &t, err);
	if (err)
		return err;
	err = stat_table_failures(&t, l, r->by, STAT_FORM_TEXT);
	err = print_titled(r, "Entries into L2 that failed", &t, err);
	return err ? err : times_text(r, l);
}

static int interval_csv(const struct stat_report *r, const struct stat_when *w,
			const struct stat_lines *l)
{
	struct stat_table t;
	int err = stat_table_lines(&t, l, r->by, STAT_FORM_DATA, w);

	if (!err)
		err = stat_table_add_failures(&t, l, w);
	if (!err && w->interval == 1)
		err = np_rows_print_csv_header(t.rows, r->out);
	if (!err)
		err = np_rows_print_csv_lines(t.rows, r->out);
	stat_table_free(&t);
	return err;
}

/* Takes the table. */
static int set_rows(json_t *o, const char *key, struct stat_table *t, int err)
{
	if (!err && json_object_set_new(o, key, np_rows_to_json(t->rows)))
		err = -ENOMEM;
	stat_table_free(t);
	return err;
}

/* Takes the object. */
static int print_object(const struct stat_report *r, json_t *o, int err)
{
	if (!err && (json_dumpf(o, r->out, JSON_FORM) < 0 || fputc('\n', r->out) == EOF))
		err = -EIO;
	json_decref(o);
	return err;
}

static int interval_json(const struct stat_report *r, const struct stat_when *w,
			 const struct stat_lines *l, uint64_t lost)
{
	static const char *const by[] = {
		[STAT_BY_REASON] = "reason", [STAT_BY_VM] = "vm", [STAT_BY_VCPU] = "vcpu"
	};
	json_t *o = json_pack("{s:s, s:s, s:i, s:f, s:f, s:s, s:I}", "schema", STAT_SCHEMA, "type",
			      "interval", "interval", (int)w->interval, "start", w->start,
			      "seconds", w->seconds, "by", by[r->by], "lost", (json_int_t)lost);
	struct stat_table t;
	int err = o ? 0 : -ENOMEM;

	if (!err)
		err = set_rows(o, "groups", &t, stat_table_groups(&t, l, r->by, STAT_FORM_DATA));
	if (!err)
		err = set_rows(o, "exits", &t,
			       stat_table_lines(&t, l, r->by, STAT_FORM_DATA, NULL));
	if (!err)
		err = set_rows(o, "causes", &t, stat_table_causes(&t, l));
	if (!err)
		err = set_rows(o, "failures", &t,
			       stat_table_failures(&t, l, r->by, STAT_FORM_DATA));
	return print_object(r, o, err);
}

int report_interval(struct stat_report *r, double start, const struct stat_lines *l, uint64_t lost)
{
	struct stat_when when = { ++r->intervals, start, l->seconds };

	errno = 0;
	switch (r->format) {
	case STAT_JSON:
		return flush(r, interval_json(r, &when, l, lost));
	case STAT_CSV:
		return flush(r, interval_csv(r, &when, l));
	default:
		return flush(r, interval_text(r, &when, l));
	}
}

int report_lines(const struct stat_report *r, struct stat_model *m, double seconds,
		 struct stat_lines *lines)
{
	int err;

	*lines = (struct stat_lines){ .paths = r->paths };
	err = stat_model_windows(m, r->by, stat_lines_add, lines);
	if (!err)
		err = stat_model_failures(m, r->by, &lines->failures);
	return err ? err : stat_lines_finish(lines, seconds, r->min_share, r->sort);
}

int report_model(struct stat_report *r, struct stat_model *m, double start, double seconds,
		 uint64_t lost)
{
	struct stat_lines lines;
	int err = report_lines(r, m, seconds, &lines);

	if (!err)
		err = report_interval(r, start, &lines, lost);
	stat_lines_free(&lines);
	return err;
}

static void end_text(FILE *out, uint64_t lost, const struct stat_tracing *t)
{
	char events[NP_GROUPED], cost[TRACING_TEXT];

	fprintf(out, "lost events: %s; tracing cost: %s\n", np_grouped(events, lost, 0),
		tracing_text(t, cost));
}

static int end_json(const struct stat_report *r, double seconds, uint64_t lost,
		    const struct stat_tracing *t)
{
	json_t *o = json_pack("{s:s, s:s, s:i, s:f, s:I, s:o}", "schema", STAT_SCHEMA, "type",
			      "end", "intervals", (int)r->intervals, "seconds", seconds, "lost",
			      (json_int_t)lost, "tracing", tracing_to_json(t));

	return print_object(r, o, o ? 0 : -ENOMEM);
}

int report_end(struct stat_report *r, double seconds, uint64_t lost, const struct stat_tracing *t)
{
	int err = 0;

	errno = 0;
	if (r->format == STAT_JSON) {
		err = end_json(r, seconds, lost, t);
	} else {
		fputs(r->format == STAT_TEXT ? "\n" : "", r->out);
		end_text(r->format == STAT_TEXT ? r->out : r->notes, lost, t);
	}
	return flush(r, err);
}
