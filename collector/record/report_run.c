// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/report_run.h"

#include <errno.h>

#include "collector/record/playback.h"

struct run {
	const struct report_options *o;
	struct playback play;
	struct stat_report report;
};

static int print_interval(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost,
			  void *arg)
{
	struct run *r = arg;

	return report_model(&r->report, m, (from - r->play.info.start) * 1e-9, (to - from) * 1e-9,
			    lost);
}

static int finish(struct run *r)
{
	int err = report_end(&r->report, playback_seconds(&r->play), replay_lost(r->play.replay),
			     &r->play.tracing);

	return err ? err : playback_judge(&r->play);
}

static int run(struct run *r)
{
	int err = playback_open(&r->play, r->o->file, &r->o->target);
	struct replay_options o;

	if (err)
		return err;
	o = playback_options(&r->play);
	err = playback_run(&r->play, &o, print_interval, r);
	return err ? err : finish(r);
}

int report_run(const struct report_options *o)
{
	struct run r = { .o = o, .report = shown_report(&o->shown) };
	int err = run(&r);

	playback_close(&r.play);
	return err == -EPIPE ? 0 : err; /* nobody is left to be told */
}
