// SPDX-License-Identifier: GPL-2.0-only
#include "collector/html/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/advise_report.h"
#include "analysis/charts.h"
#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/base/workdir.h"
#include "collector/calibrate/publish.h"
#include "collector/plot.h"
#include "collector/result_file.h"
#include "workloads/runner/protocol.h"

static const char *temporary(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && dir[0] ? dir : "/tmp";
}

/* NULL when it was not drawn. */
static char *chart_text(const char *dir, const char *name)
{
	char path[NP_PATH], *text = NULL;

	if (fs_path(path, "%s/%s.svg", dir, name) || fs_read_text(path, &text))
		return NULL;
	return text;
}

/* Charts are the better part of a report, not all of it. */
static int without_charts(int err)
{
	if (!err || (fail_code() != NP_EXIT_MISSING && fail_code() != NP_EXIT_FAILED))
		return err;
	log_warn("%s", fail_text());
	fail_clear();
	return 0;
}

static int advice_text(const struct np_result *r, const struct np_calibration *c, FILE *out)
{
	struct np_advice_report *report = calloc(1, sizeof(*report));
	char why[200] = "";
	int err = report ? np_advice_report(report, r, c, NP_WARM_UP, NP_RUN_HALTS, why,
					    sizeof(why))
			 : -ENOMEM;

	if (!err && report->stale[0])
		fprintf(out, "The calibration at hand is not of this machine: %s.\n",
			report->stale);
	else if (!err)
		err = np_advice_print(report, out);
	if (report)
		np_advice_report_free(report);
	free(report);
	return err;
}

/* NULL: there is nothing to be advised. */
static char *advice(const struct np_result *r, const char *calibration)
{
	struct np_calibration *c = NULL;
	char *text = NULL;
	size_t size;
	FILE *f;
	int err;

	if (!fs_exists(calibration))
		return NULL;
	err = calibration_read(calibration, &c);
	f = err ? NULL : open_memstream(&text, &size);
	if (f) {
		err = advice_text(r, c, f);
		if (fclose(f))
			err = -ENOMEM;
	}
	np_calibration_free(c);
	fail_clear();
	if (!err)
		return text;
	free(text);
	return NULL;
}

static const struct {
	const char *file, *id, *title;
} charts_of_result[] = {
	{ "round_trip", "a-",
	  "Round trip of an exit: single level, nested off and nested on" },
	{ "exits", "b-", "What L1 causes in L0 for each exit of L2, off and on" },
	{ "overhead", "c-", "Overhead over a guest, beside that in The Turtles Project" },
	{ "reduction", "d-", "What is removed of it, and how often L2 exits" },
	{ "phases", "e-", "Where the time of an exit that L1 handled goes" },
	{ "distribution", "f-", "How long an exit that L1 handled takes: percentiles" },
};

int html_report_result(const struct np_result *r, const char *charts, const char *calibration,
		       const struct html_turtles_option *turtles, FILE *out)
{
	struct html_chart all[sizeof(charts_of_result) / sizeof(*charts_of_result)];
	char *texts[sizeof(all) / sizeof(*all)];
	char *advised = advice(r, calibration);
	const struct html_result h = {
		.result = r,
		.charts = all,
		.nr_charts = sizeof(all) / sizeof(*all),
		.turtles = turtles || np_result_has_times(r),
		.uarch = turtles ? turtles->uarch : NULL,
		.advice = advised,
	};
	int err;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		texts[i] = chart_text(charts, charts_of_result[i].file);
		all[i] = (struct html_chart){ charts_of_result[i].id, charts_of_result[i].title,
					      texts[i] };
	}
	err = html_result(out, &h);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		free(texts[i]);
	free(advised);
	return err;
}

static int cannot_write(const char *path, int err)
{
	return fail(NP_EXIT_NO_SPACE, err, "cannot write %s: %s", path, strerror(-err));
}

int html_report_write(const struct np_result *r, const char *dir)
{
	char path[NP_PATH], json[NP_PATH], calibration[NP_PATH] = "", *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int err = f ? fs_path(path, "%s/" HTML_REPORT, dir) : -ENOMEM;

	if (!err)
		err = fs_path(json, "%s/result.json", dir);
	if (!err && result_file_calibration(json, calibration))
		calibration[0] = '\0';
	if (!err)
		err = html_report_result(r, dir, calibration, NULL, f);
	if (f && fclose(f) && !err)
		err = -ENOMEM;
	if (!err)
		err = fs_write_atomic(path, text, len);
	free(text);
	return err ? cannot_write(dir, err) : 0;
}

int html_report_of_file(const char *given, const struct html_turtles_option *turtles, FILE *out)
{
	char path[NP_PATH], calibration[NP_PATH] = "", work[NP_PATH];
	struct np_result *r = NULL;
	int err = result_file_path(given, path);

	if (!err)
		err = result_file_read(path, &r);
	if (!err && result_file_calibration(path, calibration))
		calibration[0] = '\0';
	if (!err)
		err = workdir_make(work, temporary(), "nestprof-report");
	if (!err) {
		err = without_charts(plot_result(r, work));
		if (!err)
			err = html_report_result(r, work, calibration, turtles, out);
		fs_remove(work);
	}
	np_result_free(r);
	return err;
}

int html_report_recording(struct html_recording *h, FILE *out)
{
	const struct np_stat_chart chart = { h->lines, h->kernel, h->cpu };
	char work[NP_PATH], *svg = NULL;
	int err = h->lines ? workdir_make(work, temporary(), "nestprof-report") : 0;

	if (!err && h->lines) {
		err = without_charts(plot_stat(&chart, work));
		svg = chart_text(work, "l2_reasons");
		fs_remove(work);
	}
	h->chart = (struct html_chart){ "a-", "What L1 causes in L0 for each exit of L2", svg };
	if (!err)
		err = html_recording(out, h);
	free(svg);
	return err;
}
