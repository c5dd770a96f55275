// SPDX-License-Identifier: GPL-2.0-only
#include <argp.h>

#include "collector/base/fail.h"
#include "collector/commands.h"
#include "collector/record/report_run.h"

enum { OPT_HTML = 1024, OPT_TURTLES, OPT_UARCH };

static const struct argp_option options[] = {
	{ "html", OPT_HTML, 0, 0, "a page of HTML, all in one file, instead of tables", 4 },
	{ "turtles", OPT_TURTLES, 0, 0,
	  "of a result: overhead over a guest with shadow VMCS off and on, beside the figures of "
	  "The Turtles Project (docs/turtles.md); with --json or --html likewise", 4 },
	{ "uarch", OPT_UARCH, "NAME", 0,
	  "in that report, exits modelled as they cost on " NP_UARCHS, 4 },
	{ 0 },
};

static const struct argp_child children[] = { { &target_argp, 0, NULL, 0 },
					      { &shown_argp, 0, NULL, 0 },
					      { 0 } };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct report_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->target;
		state->child_inputs[1] = &o->shown;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one FILE only");
		o->file = arg;
		return 0;
	case OPT_HTML:
		o->html = true;
		return 0;
	case OPT_TURTLES:
		o->turtles = true;
		return 0;
	case OPT_UARCH:
		o->uarch = np_uarch_find(arg);
		if (!o->uarch)
			argp_error(state, "--uarch: unknown '%s'; there are " NP_UARCHS, arg);
		return 0;
	case ARGP_KEY_END:
		if (o->uarch && !o->turtles)
			argp_error(state, "--uarch is for --turtles");
		if (o->turtles && o->shown.format == STAT_CSV)
			argp_error(state, "--turtles excludes --csv");
		if (o->html && (o->target.interval || o->shown.format != STAT_TEXT))
			argp_error(state, "--html excludes -I, --json and --csv");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp report_argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[FILE]",
	.doc = "Prints stat's tables from what 'nestprof record', perf or trace-cmd recorded in "
	       "FILE [" RECORD_FILE "]; - reads standard input. FILE can also be a result of "
	       "'nestprof ab' or 'nestprof lab', a folder or its result.json.\v"
	       "With the same options it says what stat would have said. A file that is damaged or "
	       "was cut off is read up to there. docs/record.md and docs/import.md tell more, "
	       "docs/stat.md explains the columns.",
};

int cmd_report(int argc, char **argv)
{
	struct report_options o = { .target = TARGET_ALL,
				    .shown = shown_default(),
				    .file = RECORD_FILE };
	int err;

	argp_parse(&report_argp, argc, argv, 0, NULL, &o);
	err = report_run(&o);
	return err ? (fail_code() ? (int)fail_code() : NP_EXIT_FAILED) : NP_EXIT_OK;
}
