// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_predict CALIBRATION RESULT...: what advise makes of each result's arm with shadow
 * VMCS off, beside what the arm with it on measured. Exits within 2 %, round trips within
 * 5 %: else it fails, as it does when nothing was compared.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/advise_report.h"
#include "analysis/result_json.h"
#include "analysis/rows.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/calibrate/publish.h"
#include "workloads/runner/protocol.h"

#define EXITS_WITHIN 2.0
#define TICKS_WITHIN 5.0

static const struct np_column columns[] = {
	{ "workload", "workload", "", 0 },
	{ "exits_off", "exits: off", "", 2 },
	{ "exits_then", "predicted", "", 2 },
	{ "exits_measured", "measured", "", 2 },
	{ "exits_differ", "differs by", "%", 2 },
	{ "ticks_off", "ticks: off", "", 0 },
	{ "ticks_then", "predicted", "", 0 },
	{ "error", "+-", "", 0 },
	{ "ticks_measured", "measured", "", 0 },
	{ "ticks_differ", "differs by", "%", 2 },
	{ "sequence", "of L1, besides", "", 0 },
};

static int failed, compared;

__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static double differs(double predicted, double measured, double within)
{
	double percent = 100 * (predicted / measured - 1);

	/* NaN, too, is not within. */
	if (!(fabs(percent) <= within))
		failed++;
	compared++;
	return percent;
}

static void add(struct np_rows *t, const struct np_workload_advice *w, const char *sequence)
{
	const struct np_prediction *p = &w->advice.on;

	np_rows_add(t);
	np_rows_text(t, "workload", w->workload);
	np_rows_number(t, "exits_off", p->exits_now.value);
	np_rows_number(t, "exits_then", p->exits_then.value);
	np_rows_number(t, "exits_measured", w->measured_exits);
	np_rows_number(t, "exits_differ",
		       differs(p->exits_then.value, w->measured_exits, EXITS_WITHIN));
	np_rows_number(t, "ticks_off", p->ticks_now.value);
	np_rows_number(t, "ticks_then", p->ticks_then.value);
	np_rows_number(t, "error", p->ticks_then.error);
	np_rows_number(t, "ticks_measured", w->measured_ticks);
	np_rows_number(t, "ticks_differ",
		       differs(p->ticks_then.value, w->measured_ticks, TICKS_WITHIN));
	np_rows_text(t, "sequence", sequence ?: "-");
}

/* ab in L0 does not know that L0's CPU is emulated; the lab says so of its own results. */
static void describe(struct np_result *r, const struct np_calibration *c)
{
	r->emulated = true;
	strcpy(r->time_unit, c->where->time_unit);
}

static void check(const char *path, const struct np_calibration *c, struct np_rows *t)
{
	struct np_advice_report *report = calloc(1, sizeof(*report));
	struct np_result *r = NULL;
	char why[300] = "unreadable", *text = NULL;
	const char *sequence;

	if (!report || fs_read(path, &text, NULL) ||
	    np_result_from_json(text, &r, why, sizeof(why)))
		die("%s: %s", path, why);
	free(text);
	sequence = np_result_env(r, "l1_sequence");
	if (sequence)
		describe(r, c);
	if (np_advice_report(report, r, c, NP_WARM_UP, 2, why, sizeof(why)) || report->stale[0])
		die("%s: %s", path, report->stale[0] ? report->stale : why);
	for (uint32_t i = 0; i < report->nr; i++)
		add(t, &report->workload[i],
		    sequence ? sequence + strlen("R:4402,R:440c,R:681e,W:681e,") : NULL);
	np_advice_report_free(report);
	free(report);
	np_result_free(r);
}

int main(int argc, char **argv)
{
	struct np_rows *t = np_rows_new(columns, sizeof(columns) / sizeof(*columns));
	struct np_calibration *c;

	if (argc < 3)
		die("usage: check_predict CALIBRATION RESULT...");
	if (!t || calibration_read(argv[1], &c))
		die("%s", fail_text() ?: "no memory");
	for (int i = 2; i < argc; i++)
		check(argv[i], c, t);
	np_rows_print_text(t, stdout);
	np_rows_free(t);
	np_calibration_free(c);
	printf("%d of %d predictions are not within %.0f %% (exits) and %.0f %% (round trip)\n",
	       failed, compared, EXITS_WITHIN, TICKS_WITHIN);
	return failed || !compared;
}
