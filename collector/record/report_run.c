// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/report_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/result_print.h"
#include "analysis/turtles.h"
#include "collector/base/fail.h"
#include "collector/base/out.h"
#include "collector/html/report.h"
#include "collector/record/playback.h"
#include "collector/result_file.h"

struct run {
	const struct report_options *o;
	struct playback play;
	struct stat_report report;
	struct stat_lines lines; /* of the one interval that there is in HTML */
	bool any;
};

static int print_interval(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost,
			  void *arg)
{
	struct run *r = arg;

	return report_model(&r->report, m, (from - r->play.info.start) * 1e-9, (to - from) * 1e-9,
			    lost);
}

static int keep_interval(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost,
			 void *arg)
{
	struct run *r = arg;

	(void)lost;
	if (r->any)
		stat_lines_free(&r->lines);
	r->any = true;
	return report_lines(&r->report, m, (to - from) * 1e-9, &r->lines);
}

static int finish_text(struct run *r)
{
	int err = report_end(&r->report, playback_seconds(&r->play), replay_lost(r->play.replay),
			     &r->play.tracing);

	return err ? err : playback_judge(&r->play);
}

static int flushed(int err)
{
	if (err == -ENOMEM || (!err && !fflush(stdout) && !ferror(stdout)))
		return err;
	if (out_reader_is_gone(stdout))
		return -EPIPE;
	return fail(NP_EXIT_NO_SPACE, err ?: -EIO, "cannot write to standard output");
}

/* What was damaged is said in the page, too. */
static int finish_html(struct run *r)
{
	int damage = playback_judge(&r->play), err;
	char cost[TRACING_TEXT];
	struct html_recording h = { .file = r->play.file,
				    .nestprof = r->play.info.nestprof,
				    .kernel = r->play.info.kernel,
				    .cpu = r->play.info.cpu,
				    .damage = damage ? fail_text() : NULL,
				    .tracing = tracing_text(&r->play.tracing, cost),
				    .start_time = r->play.info.start_time,
				    .seconds = playback_seconds(&r->play),
				    .lost = replay_lost(r->play.replay),
				    .by = r->report.by,
				    .lines = r->any ? &r->lines : NULL };

	if (damage && fail_code() != NP_EXIT_DAMAGED)
		return damage;
	err = html_report_recording(&h, stdout);
	err = flushed(err);
	return err ? err : damage;
}

static int run(struct run *r)
{
	int err = playback_open(&r->play, r->o->file, &r->o->target);
	struct replay_options o;

	if (err)
		return err;
	o = playback_options(&r->play);
	err = playback_run(&r->play, &o, r->o->html ? keep_interval : print_interval, r);
	if (err)
		return err;
	return r->o->html ? finish_html(r) : finish_text(r);
}

static int print_turtles(const struct report_options *o, const struct np_result *r)
{
	char *text;

	if (o->shown.format == STAT_TEXT)
		return np_turtles_print(r, o->uarch, stdout);
	text = np_turtles_to_json(r, o->uarch);
	if (!text)
		return -ENOMEM;
	fputs(text, stdout);
	free(text);
	return 0;
}

/* What ab and lab printed, or wrote beside it. */
static int run_result(const struct report_options *o)
{
	struct np_result *r = NULL;
	char path[NP_PATH];
	int err;

	const struct html_turtles_option turtles = { o->uarch };

	if (o->html)
		return flushed(html_report_of_file(o->file, o->turtles ? &turtles : NULL, stdout));
	err = result_file_path(o->file, path);
	if (!err)
		err = result_file_read(path, &r);
	if (!err)
		err = flushed(o->turtles ? print_turtles(o, r)
					 : np_result_print(r, stdout, "", ""));
	np_result_free(r);
	return err;
}

int report_run(const struct report_options *o)
{
	struct run r = { .o = o, .report = shown_report(&o->shown) };
	int err;

	if (strcmp(o->file, "-") && result_file_is(o->file)) {
		err = run_result(o);
	} else if (o->turtles) {
		err = fail(NP_EXIT_USAGE, -EINVAL, "--turtles is for a result of ab or lab, which "
			   "%s is not", o->file);
	} else {
		err = run(&r);
		if (r.any)
			stat_lines_free(&r.lines);
		playback_close(&r.play);
	}
	return err == -EPIPE ? 0 : err; /* nobody is left to be told */
}
